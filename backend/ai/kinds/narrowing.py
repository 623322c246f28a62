"""Operations that instructions plainly do not ask for, by their words: a small model is not given them to choose from.

Only for languages whose words are known here; in all others every operation may be chosen, as a large model may everywhere.
"""

from __future__ import annotations

import re

from backend.ai.kinds.forms import form_by_words
from backend.ai.language import language_of
from backend.ai.planner import vocabulary as words

_IF = {
    "English": "if|when|unless|else|otherwise|case|or|not|no|without|fail|error|wrong|miss|reject|refus|cancel|option|"
    "except|over|under|more|less|may|might|can|could|able|possib|allow|sometimes|only",
    "German": "wenn|falls|sonst|oder|nicht|kein|ohne|fehl|ablehn|storn|option|außer|über|unter|mehr|weniger|kann|könn|"
    "darf|möglich|manchmal|nur|sobald",
    "French": "si|s'il|sinon|cas|ou|pas|sans|échou|échec|erreur|manqu|refus|annul|option|sauf|plus|moins|peut|peuv|"
    "pouv|possib|parfois|seul|quand",
    "Spanish": "si|sino|caso|o|no|sin|fall|error|falt|rechaz|cancel|opcion|salvo|más|menos|pued|poder|posib|solo|sólo|"
    "cuando",
    "Portuguese": "se|senão|caso|ou|não|nao|sem|falh|erro|falt|recus|cancel|opcion|exceto|mais|menos|pode|poder|possí|só|"
    "quando",
    "Italian": "se|altrimenti|caso|o|non|senza|fall|error|manc|rifiut|annull|opzion|tranne|più|meno|può|poss|solo|quando",
    "Dutch": "als|anders|geval|of|niet|geen|zonder|fout|weiger|annul|optie|behalve|meer|minder|kan|kunnen|mogelijk|"
    "soms|alleen|wanneer",
    "Russian": "если|когда|иначе|случа|или|не|нет|без|ошиб|отказ|отмен|мож|только",
}
_ARROW = {
    "English": "connect|disconnect|link|unlink|arrow|line|join|lead|loop|back|return|again|retry|redo|repeat|separat|"
    "skip|label|go|goes",
    "German": "verbind|trenn|pfeil|linie|zurück|erneut|wieder|nochmal|beschrift|führ|geht",
    "French": "reli|lien|flèche|retour|revien|reven|recommenc|nouveau|encore|sépar|mène|va",
    "Spanish": "conect|desconect|enlaz|flecha|línea|volv|vuelv|vez|nuevo|repet|separ|lleva|va",
    "Portuguese": "conect|desconect|lig|seta|flecha|linha|volt|novamente|novo|repet|separ|leva|vai",
    "Italian": "colleg|scolleg|frecci|linea|torn|nuovo|ripet|separ|porta|va",
    "Dutch": "verbind|pijl|lijn|terug|opnieuw|weer|herhaal|scheid|leidt|gaat",
    "Russian": "соедин|стрелк|лини|назад|верн|снова|повтор|опять",
}
_GONE = {
    "English": "remov|delet|drop|eras|without|longer|skip|instead|replac|merg|combin|rid|unnecessary|anymore|any more|"
    "don't|doesn't|cut|only|just",
    "German": "lösch|entfern|weg|raus|ohne|statt|ersetz|streich|mehr|zusammen|fällt|entfäll|nur",
    "French": "supprim|enlev|enlèv|retir|ôt|sans|remplac|fusion|plus|lieu|seul",
    "Spanish": "elimin|quit|borr|sin|reemplaz|sustitu|vez|ya|fusion|junt|solo|sólo",
    "Portuguese": "remov|exclu|elimin|tir|apag|sem|substitu|mais|vez|junt|só",
    "Italian": "rimuov|elimin|togli|cancell|senza|sostitu|più|posto|unisc|solo",
    "Dutch": "verwijder|weg|zonder|vervang|meer|plaats|samen|alleen",
    "Russian": "удал|убер|убра|без|больше|вместо|замен|исключ|лишн|не",
}
_NAME = {
    "English": "renam|call|nam|titl|text|label|instead|chang|replac|say|said|word|spell|typo|wrong|correct|fix|becom|now|"
    "should be",
    "German": "nenn|umbenenn|heiß|name|titel|text|beschrift|statt|änder|ersetz|wort|schreib|falsch|richtig|korrig|wird zu",
    "French": "renomm|appel|nom|titr|text|libell|lieu|chang|remplac|mot|écri|faute|corrig|dire|devien",
    "Spanish": "renombr|llam|nombr|títul|text|etiquet|lugar|vez|cambi|reemplaz|palabr|escrib|corrig|correg|diga|ponga",
    "Portuguese": "renome|cham|nome|títul|text|rótul|lugar|vez|mud|troc|substitu|palavr|escrev|corrij|corrig|vir",
    "Italian": "rinomin|chiam|nome|titol|test|etichett|posto|cambi|sostitu|parol|scriv|corregg|divent",
    "Dutch": "hernoem|noem|heet|naam|titel|tekst|plaats|wijzig|verander|vervang|woord|schrijf|fout|wordt",
    "Russian": "переимен|назов|назв|назы|имя|имен|загол|текст|надпис|вместо|измен|замен|слов|напис|исправ",
}
_BEFORE = {
    "English": "before|prior|ahead|until|first",
    "German": "vor|vorm|bevor|ehe|vorher|zuvor|zuerst|zunächst|bis",
    "French": "avant|d'abord|jusqu",
    "Spanish": "antes|primero|hasta",
    "Portuguese": "antes|primeiro|até",
    "Italian": "prima|fino",
    "Dutch": "voor|voordat|vooraf|eerst|tot",
    "Russian": "до|перед|прежде|сначала",
}
_AFTER = {
    "English": "after|behind|then|once|when|follow|next|later|finally|end|last",
    "German": "nach|nachdem|danach|dann|hinter|anschließend|sobald|zuletzt|schließlich|ende|folg",
    "French": "après|ensuite|puis|fois|enfin|fin|derrière|suit|suiv",
    "Spanish": "después|despues|tras|luego|vez|final|sigu",
    "Portuguese": "depois|após|apos|seguida|logo|fim|final|segu",
    "Italian": "dopo|poi|infine|volta|fine|segu",
    "Dutch": "na|nadat|daarna|vervolgens|achter|einde|slot|volg",
    "Russian": "после|затем|потом|конц|след",
}
_SHORT = 4  # letters; longer entries above are the beginnings of words


def plainly_unasked(instructions: str) -> frozenset[str]:
    """The operations that the instructions do not ask for."""
    language = language_of(instructions)
    if language not in _IF:
        return frozenset()

    def speaks_of(stems: dict[str, str]) -> bool:
        return _has(stems[language], instructions)

    before, after = speaks_of(_BEFORE), speaks_of(_AFTER)
    asked = {
        "add_branch": speaks_of(_IF),
        "connect": speaks_of(_ARROW),
        "disconnect": speaks_of(_ARROW),
        "remove": speaks_of(_GONE),
        "rename": speaks_of(_NAME),
        "add_before": before or not after,
        "add_after": after or not before,
        "tidy_up": words.pattern(words.TIDY_UP).search(instructions) is not None,
        "draw": form_by_words(instructions) is not None,
    }
    return frozenset(op for op, is_asked in asked.items() if not is_asked)


def _has(stems: str, text: str) -> bool:
    bodies = (re.escape(stem) + (r"\b" if len(stem) < _SHORT else "") for stem in stems.split("|"))
    return re.search(rf"\b(?:{'|'.join(bodies)})", text.replace("’", "'"), re.IGNORECASE) is not None
