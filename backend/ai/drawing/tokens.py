"""Where a line of text may break: the rules of Excalidraw 0.18 (``element/textWrapping.ts``).

Python's ``re`` knows no Unicode scripts, so that the classes are spelled as ranges.
"""

from __future__ import annotations

import re
import unicodedata

SPACE = r"\t\n\x0b\x0c\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
OPENING = r"<\(\[\{"
CLOSING = r">\)\]\}.,:;!\?…\/"
CJK = (
    r"\u1100-\u11ff\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3038-\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fd-\u30ff"
    r"\u3131-\u318e\u31f0-\u31ff\u3200-\u321e\u3260-\u327e\u32d0-\u32fe\u3300-\u3357\u3400-\u4dbf\u4e00-\u9fff"
    r"\ua960-\ua97c\uac00-\ud7fb\uf900-\ufad9\uff66-\uff6f\uff71-\uff9d\uffa0-\uffdc"
    r"\U0001b000-\U0001b167\U00020000-\U000323af"
    r"｀＇＾〃〰〆＃＆＊＋－ー／＼＝｜￤〒￢￣"
)
CJK_OPENING = r"（［｛〈《｟｢「『【〖〔〘〚＜〝"
CJK_CLOSING = r"）］｝〉》｠｣」』】〗〕〙〛＞。．，、〟‥？！：；・〜〞"
CURRENCY = r"￥￦￡￠＄"
PICTOGRAPH = (
    r"\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u23cf\u23e9-\u23f3\u23f8-\u23fa"
    r"\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2604\u260e\u2611\u2614\u2615\u2618\u261d\u2620\u2622\u2623"
    r"\u2626\u262a\u262e\u262f\u2638-\u263a\u2640\u2642\u2648-\u2653\u265f\u2660\u2663\u2665\u2666\u2668\u267b"
    r"\u267e\u267f\u2692-\u2697\u2699\u269b\u269c\u26a0\u26a1\u26a7\u26aa\u26ab\u26b0\u26b1\u26bd\u26be\u26c4\u26c5"
    r"\u26c8\u26ce\u26cf\u26d1\u26d3\u26d4\u26e9\u26ea\u26f0-\u26f5\u26f7-\u26fa\u26fd\u2702\u2705\u2708-\u270d"
    r"\u270f\u2712\u2714\u2716\u271d\u2721\u2728\u2733\u2734\u2744\u2747\u274c\u274e\u2753-\u2755\u2757\u2763\u2764"
    r"\u2795-\u2797\u27a1\u27b0\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299"
    r"\U0001f000-\U0001f0ff\U0001f10d-\U0001f10f\U0001f12f\U0001f16c-\U0001f171\U0001f17e\U0001f17f\U0001f18e"
    r"\U0001f191-\U0001f19a\U0001f1ad-\U0001f1ff\U0001f201-\U0001f20f\U0001f21a\U0001f22f\U0001f232-\U0001f23a"
    r"\U0001f23c-\U0001f23f\U0001f249-\U0001f3ff\U0001f400-\U0001f53d\U0001f546-\U0001f64f\U0001f680-\U0001f6ff"
    r"\U0001f774-\U0001f77f\U0001f7d5-\U0001f7ff\U0001f80c-\U0001f80f\U0001f848-\U0001f84f\U0001f85a-\U0001f85f"
    r"\U0001f888-\U0001f88f\U0001f8ae-\U0001f8ff\U0001f90c-\U0001f93a\U0001f93c-\U0001f945\U0001f947-\U0001faff"
    r"\U0001fc00-\U0001fffd"
)
FLAG = r"[\U0001f1e6-\U0001f1ff]{2}"
JOINER = r"(?:[\U0001f3fb-\U0001f3ff]|\ufe0f\u20e3?|[\U000e0020-\U000e007e]+\U000e007f)?"
EMOJI = rf"(?:{FLAG}|[{PICTOGRAPH}]{JOINER}(?:\u200d(?:{FLAG}|[{PICTOGRAPH}0-9#*]{JOINER}))*)"

_EMOJI = re.compile(EMOJI)
_BREAKS = re.compile(
    "|".join(
        (
            f"({EMOJI})",
            rf"(?=[{SPACE}])",
            rf"(?<=[{SPACE}\-])",
            rf"(?<![{OPENING}{CJK_OPENING}])(?=[{CJK}{CURRENCY}])",
            rf"(?<=[{CJK}])(?![\-{CLOSING}{CJK_CLOSING}])",
            rf"(?<![{OPENING}])(?<![{CJK_OPENING}])(?=[{CJK_OPENING}])",
            rf"(?<=[{CJK_CLOSING}])(?![{CJK_CLOSING}])(?![{CLOSING}])",
            rf"(?<=[{CLOSING}])(?![{CLOSING}])(?=[{OPENING}])",
        )
    )
)
_SPACE = re.compile(f"[{SPACE}]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def clean(text: str) -> str:
    """Text as the editor would keep it: plain line ends, no tabs, nothing that cannot be shown."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return _UNPRINTABLE.sub("", plain).strip()


def tokens(line: str) -> list[str]:
    """The pieces of a line between which it may be broken; together they are the line."""
    return [piece for piece in _BREAKS.split(unicodedata.normalize("NFC", line)) if piece]


def is_emoji(token: str) -> bool:
    """Whether an emoji is in the token: it is then never broken apart."""
    return _EMOJI.search(token) is not None


def has_space(token: str) -> bool:
    """Whether the token may hang over the end of a line."""
    return _SPACE.search(token) is not None
