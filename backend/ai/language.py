"""In which language a text is written, by its script and its everyday words: small models must be told by name."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Languages whose script tells them apart; kana before Han, which Japanese has as well.
_SCRIPTS = (
    ("Japanese", re.compile(r"[\u3040-\u30ff]")),
    ("Chinese", re.compile(r"[\u4e00-\u9fff]")),
    ("Korean", re.compile(r"[\uac00-\ud7af]")),
    ("Arabic", re.compile(r"[\u0600-\u06ff]")),
    ("Hebrew", re.compile(r"[\u0590-\u05ff]")),
    ("Hindi", re.compile(r"[\u0900-\u097f]")),
    ("Greek", re.compile(r"[\u0370-\u03ff]")),
    ("Ukrainian", re.compile(r"[іїєґІЇЄҐ]")),
    ("Russian", re.compile(r"[\u0400-\u04ff]")),
)

# Words that are frequent in one language and are hardly written in another one of these.
_WORDS = {
    "English": """a an at the before after about its if we and of for with how our my is are that this make create
        show please need want from add draw step compare list between should who what when to by not on into every each new
        their you i it your high low good bad fast slow medium yes no limited easy fixed years""",
    "German": """der die das ein eine einen einer eines dem den und für mit wie wir unser unsere ist sind zu vom zum zur im
        auf nach bei oder nicht soll sollen bitte erstelle zeichne zeige vergleiche über aus noch wird werden von ich""",
    "French": """le la les des du un une et pour avec comment notre nos est sont dans sur aux ou par qui que à d'un l'on
        chez entre ce cette faire étapes liste au pas ne ajoute après avant""",
    "Spanish": """el la los las un una unos del y para con cómo nuestro nuestra es son en por que al o de lo se tabla
        lista pasos sobre entre haz crea agrega después antes cinco""",
    "Portuguese": """o a os as um uma do da dos das e para com como nosso nossa é são em por que ao ou no na nos nas de
        faça crie tabela lista passos sobre entre depois antes mais""",
    "Italian": """il lo la gli le un una di del della dei delle e per con come nostro nostra è sono in nel nella che al
        alla o passi tabella crea fai sul tra dopo prima più""",
    "Dutch": """de het een en van voor met hoe onze ons is zijn te naar bij of niet maak teken stappen lijst tussen over
        aan op dat deze""",
    "Polish": """i w na z do się jest dla jak nasz nasza oraz lub po przed od że nie ze krok lista między""",
    "Turkish": """ve bir için ile bu nasıl bizim olan adım liste sonra önce daha""",
    "Swedish": """och en ett för med hur vår är att på av som till eller inte steg lista""",
}
_KNOWN = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
# Letters that decide between languages whose everyday words are alike.
_LETTERS = (
    ("German", re.compile(r"[äöüß]", re.IGNORECASE)),
    ("Spanish", re.compile(r"[ñ¿¡]|(?:ión|ía)\b", re.IGNORECASE)),
    ("Portuguese", re.compile(r"[ãõ]|ção\b", re.IGNORECASE)),
    ("French", re.compile(r"[èêëùœ]|\b[ld]['’]", re.IGNORECASE)),
    ("Polish", re.compile(r"[ąęłńśźż]", re.IGNORECASE)),
    ("Turkish", re.compile(r"[ğışĞİŞ]")),
    ("Swedish", re.compile(r"å", re.IGNORECASE)),
)
_LETTER_WEIGHT = 2
_MAX_WORDS = 400  # a longer text says no more


def language_of(text: str) -> str | None:
    """The English name of the language; None for a text that says nothing of it."""
    letters = sum(character.isalpha() for character in text)
    for language, script in _SCRIPTS:
        if len(script.findall(text)) * (20 if language == "Ukrainian" else 5) > letters > 0:
            return language
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)[:_MAX_WORDS]]
    counts = {language: sum(word in known for word in words) for language, known in _KNOWN.items()}
    for language, pattern in _LETTERS:
        counts[language] += _LETTER_WEIGHT * bool(pattern.search(text))
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] else None


def differs(texts: Iterable[str], wanted: str) -> bool:
    """Whether texts are plainly in another language than ``wanted``: in another script, or by more everyday words."""
    joined = " ".join(texts)
    found = language_of(joined)
    if found is None or found == wanted:
        return False
    if any(language in (found, wanted) for language, _ in _SCRIPTS):
        return {found, wanted} not in ({"Russian", "Ukrainian"}, {"Chinese", "Japanese"})
    words = [word.lower() for word in _WORD.findall(joined)[:_MAX_WORDS]]
    known, other = (sum(word in _KNOWN[language] for word in words) for language in (wanted, found))
    return other >= _LEAST_EVIDENCE and other > 2 * known


_LEAST_EVIDENCE = 2  # everyday words of the other language
