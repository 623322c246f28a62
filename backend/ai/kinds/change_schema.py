"""What a model may answer when it changes a canvas: each operation with the fields that it needs, and no others.

A target is one of the labels that are there: an answer cannot name what is not on the canvas.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import get_args

from backend.ai.kinds.kind import MAYBE, TEXT, Json, in_language, many, one_of, record
from backend.ai.language import language_of
from backend.ai.operations import Colour

MAX_CHANGES = 100
# Providers limit how many values an enum may have; beyond it, targets are checked after the answer only.
MAX_TARGETS = 200
MAX_NEW = 20  # new nodes that later operations of the same answer may name, as “new 1” …

ADDING = ("add_after", "add_before", "add_between", "add_branch", "add_alone")
COLOURS: tuple[str, ...] = get_args(Colour)

_NODE: Json = {"$ref": "#/$defs/node"}
_FIELDS: dict[str, Json] = {
    "add_before": {"target": _NODE, "label": TEXT},
    "add_after": {"target": _NODE, "label": TEXT, "edge_label": MAYBE},
    "add_between": {"target": _NODE, "other": _NODE, "label": TEXT},
    "add_branch": {"target": _NODE, "label": TEXT, "edge_label": MAYBE},
    "add_alone": {"label": TEXT},
    "rename": {"target": _NODE, "label": TEXT},
    "colour": {"target": _NODE, "colour": one_of(*COLOURS)},
    "remove": {"target": _NODE},
    "connect": {"target": _NODE, "other": _NODE, "edge_label": MAYBE},
    "disconnect": {"target": _NODE, "other": _NODE},
    "draw": {"label": TEXT},
    "tidy_up": {},
}

# Stems that instructions about colours have, in the languages that people ask in most.
_COLOUR_WORDS = re.compile(
    r"colou?r|highlight|\b(?:red|orange|yellow|green|teal|blue|purple|violet|pink|gr[ae]y|white)\b"
    r"|farb|färb|markier|\b(?:rot|gelb|grün|blau|lila|rosa|grau|weiß)"
    r"|couleur|colori|surlign|\b(?:rouge|jaune|vert|bleu|violet|rose|gris|blanc)"
    r"|resalt|colore|evidenzi|destac|pint[ae]|\b(?:rojo|roja|amarill|verde|azul|morad|blanc|vermelh|amarel|roxo|cinza|branc|rosso|rossa|giall|blu|bianc)"
    r"|kleur|\b(?:rood|geel|groen|blauw|paars|grijs)|kolor|czerwon|żółt|zielon|niebiesk|renk|kırmızı|sarı|yeşil|mavi"
    r"|färg|\bröd|\bgul|\bgrön|\bblå|цвет|красн|ж[её]лт|зел[её]н|син[ийяею]|колір|червон|жовт"
    r"|颜色|红|黄|绿|蓝|紫|色|赤|青|緑|빨간|노란|초록|파란|색|لون|أحمر|أصفر|أخضر|أزرق|रंग|लाल|पीला|हरा|नीला",
    re.IGNORECASE,
)


def schema_for(labels: Sequence[str], instructions: str = "", without: Collection[str] = ()) -> Json:
    """The schema of changes to a canvas with these labels, but for some operations.

    Colours are in it where the instructions speak of one; it begins as every answer in another language does.
    """
    names = (f"new {number}" for number in range(1, MAX_NEW + 1))
    target = one_of(*labels, *names) if len(labels) <= MAX_TARGETS else TEXT
    left_out = {*without, *(() if _COLOUR_WORDS.search(instructions) else ("colour",))}
    fields = {op: parts for op, parts in _FIELDS.items() if op not in left_out}
    change = {"anyOf": [record(op=one_of(op), **parts) for op, parts in fields.items()]}
    answer = in_language(record(operations=many(change, 1, MAX_CHANGES)), language_of(instructions))
    return {**answer, "$defs": {"node": target}}
