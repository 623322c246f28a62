"""Dates and spans as people write them at the beginning of a line: ``2024``, ``March 2024 – May 2025``, ``Q1``, ``09:30``."""

from __future__ import annotations

import re
from functools import cache

from backend.ai.planner import vocabulary as words

_YEAR = r"(?:c(?:a|irca)?\.?\s?|~)?\d{3,4}s?(?:\s?(?:BCE?|AD|CE|[vn]\.\s?Chr\.|a\.\s?C\.|av\.\s?J\.-C\.))?"
_SHORT_RANGE = r"\d{4}\s?[-–—/]\s?\d{2}(?!\d)"  # 2019–21
_ISO = r"\d{4}[-./]\d{1,2}(?:[-./]\d{1,2})?(?![\d])"
_DAY = r"\d{1,2}[./]\d{1,2}\.?(?:[./]?\d{2,4})?|\d{1,2}-\d{1,2}-\d{4}"
_TIME = r"\d{1,2}(?::|h)\d{2}(?:\s?[ap]\.?m\b\.?)?|\d{1,2}\s?[ap]\.?m\b\.?|\d{1,2}\s?Uhr"
_PART = r"(?:Q[1-4]|H[12]|T[1-4]|KW\s?\d{1,2}|W\d{1,2})(?:[\s/'-]{0,2}\d{4})?|\d{4}[\s/-]?[QHT][1-4]"
_WIDE_DAY = r"\d{1,2}\s?[月월](?:\s?\d{1,2}\s?[日일])?"
_WIDE = "|".join(
    (
        r"公元前?\d{1,4}年",
        rf"\d{{2,4}}\s?[年년](?:\s?{_WIDE_DAY})?",
        _WIDE_DAY,
        r"第\s?[\d一二三四五六七八九十]{1,3}\s?[周週天日月年季度阶段]{1,2}",
    )
)
_AGE = r"\d{1,5}\s?(?:BCE?|v\.\s?Chr\.|av\.\s?J\.-C\.|a\.\s?C\.)"
_TO = r"\s?(?:–|—|-|to|until|till|bis|à|au|a|al|hasta|até|fino a|до|по|~|～|〜|至|到)\s?"
_SEPARATOR = re.compile(r"[ \t]*+(?:[:：|=,，]|[-–—]{1,3}>?|→|⇒)?[ \t]*+")


def date_end(text: str) -> int:
    """Where the date at the beginning of a text ends; 0 without one."""
    match = _date().match(text)
    return match.end() if match else 0


def split_date(text: str) -> tuple[str, str, bool] | None:
    """(when, what, whether a colon or a dash divides them) for a text that begins with a date; None for any other."""
    end = date_end(text)
    if not end:
        return None
    separator = _SEPARATOR.match(text, end)
    behind = separator.end() if separator else end
    return text[:end].strip(), text[behind:].strip(), bool(text[end:behind].strip())


@cache
def _date() -> re.Pattern[str]:
    month = words.alternatives(words.MONTHS)
    named = (
        rf"\d{{1,2}}(?:st|nd|rd|th|er|\.)?\s+(?:de\s+|of\s+)?{month}\.?(?:,?\s+(?:de\s+)?\d{{4}})?"
        rf"|{month}\.?\s+(?:\d{{1,2}}(?:st|nd|rd|th)?\b(?!:)(?:,?\s+\d{{4}})?|(?:de\s+)?\d{{4}}s?)"
        rf"|{words.alternatives(words.PERIODS)}\s?\d{{1,4}}|{month}(?=\s*[:：–—-])"
    )
    one = "|".join((_AGE, _WIDE, _SHORT_RANGE, _PART, _ISO, _TIME, named, _DAY, _YEAR))
    end = r"(?![\d]|(?<=\d)[a-zA-Z])"
    until = rf"{_TO}(?:{one}|\d{{1,4}}){end}|\s?[-–—]\s?(?:now|today|heute|present)\b"
    return re.compile(rf"(?:{one}){end}(?:{until})?", re.IGNORECASE)
