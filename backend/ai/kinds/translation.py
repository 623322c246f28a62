"""Translations of what is on a canvas: every text is asked for by itself, so that none is forgotten."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from backend.ai.calling.chain import AnswerError, ImperfectAnswer
from backend.ai.kinds.kind import FILLED, TEXT, Json, label_of, one_of, record
from backend.ai.language import differs, native_name
from backend.ai.operations import Operation, ReplaceText

MOST_TEXTS = 80
LONGEST = 300  # characters of a text
SHORT = 14  # words: a longer instruction asks for more than a translation

_VERB = re.compile(
    r"\btranslate[ds]?\b|\btranslating\b|übersetz(?:e|t|en)?\b|\btradui(?:s|re|sez)\b|\btradu(?:ce|cir|zca|za|zir|ci|cete|rre)\b"
    r"|\bvertaal|(?:prze)?tłumacz\b|перевед|перевести|переклади|перекласти|\bçevir|tercüme et|översätt\b"
    r"|翻译|翻譯|译成|翻訳|訳して|번역|ترجم|अनुवाद",
    re.IGNORECASE,
)
# Stems of the names of languages, in the languages that people ask in most.
_NAMES = {
    "English": "englis|englisch|anglais|ingl[eéê]s|inglese|engels|angielsk|английск|англійськ|ingilizce|engelska"
    "|英语|英文|英語|영어|إنجليزية|انجليزية|अंग्रेज",
    "German": r"german\b|deutsch|allemand|alem[aáã]|tedesc|duits|niemieck|немецк|німецьк|almanca|tyska"
    "|德语|德文|ドイツ語|독일어|ألمانية|जर्मन",
    "French": r"french|französ|fran[cç]ais|franc[eê]s|frans\b|francusk|француз|fransızca|franska"
    "|法语|法文|フランス語|프랑스어|فرنسية|फ्रेंच",
    "Spanish": "spanish|spanisch|espagnol|español|spagnol|espanhol|spaans|hiszpańsk|испанск|іспанськ|ispanyolca|spanska"
    "|西班牙|スペイン語|스페인어|إسبانية|स्पेनिश",
    "Italian": "italian|italien|italiaans|włosk|итальянск|італійськ|italyanca|意大利|イタリア語|이탈리아어|إيطالية",
    "Portuguese": "portugu|portugiesisch|portoghes|portugalsk|португальськ|португальск|portekizce|葡萄牙|ポルトガル語|برتغالية",
    "Dutch": "dutch|niederländ|néerland|neerland|holand|oland[eé]s|nederlands|голландск|нидерландск|荷兰语",
    "Polish": "polish|polnisch|polonais|polaco|polacco|polon[eê]s|polsk|польск|波兰语",
    "Russian": "russian|russisch|russe|rus[so]o|rosyjsk|русск|російськ|rusça|俄语|ロシア語|روسية",
    "Ukrainian": "ukrain|ucrain|ucran|украинск|українськ|乌克兰",
    "Turkish": "turkish|türkisch|turc|turco|turks|tureck|турецк|türkçe|土耳其",
    "Swedish": "swedish|schwedisch|suédois|sueco|svedese|zweeds|szwedzk|шведск|svenska",
    "Chinese": "chinese|chinesisch|chinois|chino|cinese|chin[eê]s|китайск|中文|汉语|漢語|中国語|중국어|صينية",
    "Japanese": "japan|japon|giappon|японск|日语|日文|日本語|일본어|يابانية",
    "Korean": "korean|koreanisch|coréen|corean|корейск|韩语|韓国語|한국어",
    "Arabic": "arabi|arabe|árabe|арабск|阿拉伯|アラビア語|عربية",
    "Hindi": r"\bhindi|हिन्दी|हिंदी",
}
_LANGUAGES = {name: re.compile(stems, re.IGNORECASE) for name, stems in _NAMES.items()}
_EVERYTHING = re.compile(
    r"\b(?:all|everything|every|whole|alles?|alle|tout|tous|toutes|todo|todos|todas|tudo|tutto|tutti|wszystko|всё|все|her şeyi)\b"
    r"|全部|所有|すべて|全て|모두|كل|सब",
    re.IGNORECASE,
)

TASK = (
    "Translate what stands on the canvas. “texts” has every text as a key; its value is the same text in the language that the "
    "instructions name, as short as it is. Names of people and products stay as they are."
)
EXAMPLE_TEXTS = ("Cart", "Checkout", "no address")
EXAMPLE = (
    "translate it into German",
    {"language": "Deutsch", "texts": {"Cart": "Warenkorb", "Checkout": "Kasse", "no address": "keine Adresse"}},
)


@dataclass(frozen=True)
class Translation:
    """What is to be translated, and into which language, where the instructions name one that is known."""

    texts: tuple[str, ...]
    language: str | None

    @property
    def schema(self) -> Json:
        """Every text with its translation; the language is written first."""
        texts = record(**dict.fromkeys(self.texts, FILLED))
        language = TEXT if self.language is None else one_of(native_name(self.language))
        return record(language=language, texts=texts)

    def read(self, answer: Json) -> list[Operation]:
        """The texts that become others. Raises AnswerError for an answer without use."""
        try:
            translated = {text: label_of(answer["texts"][text]) for text in self.texts}
        except (KeyError, TypeError) as error:
            raise AnswerError(f"It does not have the form that was asked for ({error}).") from error
        found: list[Operation] = [ReplaceText(old, new) for old, new in translated.items() if old != new]
        if not found:
            raise AnswerError("It is not translated.")
        if self.language is not None and differs(translated.values(), self.language):
            raise ImperfectAnswer(f"It is not written in {self.language}. Translate every text.", found, 1)
        return found

    def read_beginning(self, answer: Json) -> list[Operation]:
        """The texts that are there already, while the answer is still being written."""
        texts = answer.get("texts")
        there = texts if isinstance(texts, dict) else {}
        pairs = ((text, there.get(text)) for text in self.texts)
        return [ReplaceText(old, new) for old, new in pairs if isinstance(new, str) and new.strip() and old != new]


def translation_asked(instructions: str, texts: Sequence[str]) -> Translation | None:
    """The translation that the instructions ask for, and nothing else; None for every other change."""
    if (
        len(instructions.split()) > SHORT
        or not texts
        or len(texts) > MOST_TEXTS
        or any(len(t) > LONGEST for t in texts)
    ):
        return None
    language = _language_named(instructions)
    said_by = (
        language is not None,
        _VERB.search(instructions) is not None,
        _EVERYTHING.search(instructions) is not None,
    )
    if sum(said_by) < 2:
        return None
    said = instructions.casefold()
    named = tuple(text for text in texts if text.casefold() in said)
    return Translation(tuple(texts) if said_by[2] or not named else named, language)


def _language_named(instructions: str) -> str | None:
    """The language that is named last: “it is in English, put it into Spanish”."""
    found = [(match.start(), name) for name, stems in _LANGUAGES.items() for match in stems.finditer(instructions)]
    return max(found)[1] if found else None
