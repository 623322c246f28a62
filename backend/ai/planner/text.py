"""Text as people paste it: line ends, code fences, quotes of all kinds, labels with stray blanks."""

from __future__ import annotations

import re
import unicodedata

# Opening quote → closing quotes that end it. German „…“ and Polish „…” share the opening one.
QUOTES = {
    '"': '"',
    "“": "”“",
    "„": "“”",
    "”": "”",
    "«": "»",
    "»": "«",
    "「": "」",
    "『": "』",
    "`": "`",
}
SINGLE_QUOTES = {"'": "'", "‘": "’‘", "‚": "‘’", "’": "’", "‹": "›", "›": "‹"}
ALL_QUOTES = QUOTES | SINGLE_QUOTES

# A quoted name anywhere on a line; an apostrophe inside a word opens none.
QUOTED = re.compile(
    r'(?<!\\)"(?:[^"\\\n]|\\[^\n])*+"|“[^“”\n]*”|„[^„“”\n]*[“”]|«[^«»\n]*»|「[^「」\n]*」|(?<!\w)\'[^\'\n]*\'(?!\w)|(?<!\w)‘[^‘’\n]*’(?!\w)'
)

_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\x85\x0b\x0c]")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufeff\u200b]")
_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*([^\s`]*)[^\n]*")
# A full stop inside a text, with another sentence after it.
_SENTENCE_BREAK = re.compile(r"[^.!?\s\d][.!?]\s+\S|[。！？]\S")
_WIDE = re.compile(r"[\u0e00-\u0e7f\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_WORD = re.compile(r"\w++(?:['’.@/-]{1,3}\w++)*+")
# In scripts without blanks about so many characters say what a word says.
CHARACTERS_PER_WIDE_WORD = 2


def normalise(text: str) -> str:
    """The same text with ``\\n`` line ends, composed characters and without invisible ones and blank lines around."""
    text = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text))
    lines = [line.rstrip(" ") for line in unicodedata.normalize("NFC", text).split("\n")]
    return "\n".join(lines).strip("\n")


def unfence(text: str) -> tuple[str, str | None]:
    """Take a code fence off: (text, language of the fence; "" unnamed, None without a fence).

    Lines before the fence stay in front of its content. With text after the fence, or two of them, nothing is done.
    """
    lines = text.split("\n")
    marks = [index for index, line in enumerate(lines) if _FENCE.fullmatch(line.strip())]
    if not marks or len(marks) > 2:
        return text, None
    first = marks[0]
    last = marks[1] if len(marks) == 2 else len(lines)
    if any(line.strip() for line in lines[last + 1 :]):
        return text, None
    match = _FENCE.fullmatch(lines[first].strip())
    language = match.group(2).casefold() if match else ""
    return "\n".join([*lines[:first], *lines[first + 1 : last]]).strip("\n"), language


def clean(label: str) -> str:
    """A label on one line, without blanks around and runs of blanks inside."""
    return " ".join(label.split())


def same(label: str) -> str:
    """What two labels share when they mean the same: case and blanks do not count."""
    return clean(unicodedata.normalize("NFC", label)).casefold()


def unquote(label: str) -> tuple[str, bool]:
    """(text, was it quoted) for a label that is quoted as a whole; a quote inside keeps everything as it is."""
    label = label.strip()
    if len(label) >= 2 and label[-1] in ALL_QUOTES.get(label[0], ""):
        inner = label[1:-1]
        escaped = label[0] == '"'
        bare = re.sub(r"\\.", "", inner) if escaped else inner
        if not any(quote in bare for quote in (label[0], label[-1])):
            return clean(unescape(inner) if escaped else inner), True
    return clean(label), False


def hide_quoted(text: str) -> str:
    """The text with as many x in the place of every quoted name: what is in quotes divides nothing."""
    return QUOTED.sub(lambda match: "x" * len(match[0]), text)


def unescape(quoted: str) -> str:
    r"""The inside of a quoted label: ``\"`` and ``\\`` stand for the character itself."""
    return re.sub(r'\\(["\\])', r"\1", quoted)


def word_count(text: str) -> int:
    """Words of a text in any script; two characters count as a word where words are not set apart."""
    wide = len(_WIDE.findall(text))
    return len(_WORD.findall(_WIDE.sub(" ", text))) + (wide + 1) // CHARACTERS_PER_WIDE_WORD


def is_wide(text: str) -> bool:
    """Whether a text has words that blanks do not set apart."""
    return _WIDE.search(text) is not None


def has_sentences(text: str) -> bool:
    """Whether a text consists of more than one sentence: prose, not a label."""
    return _SENTENCE_BREAK.search(text) is not None


def is_label(text: str, *, words: int) -> bool:
    """Whether a text is short enough for a box and not prose; abbreviations (“St. Mary”) are no sentences."""
    count = word_count(text)
    return count <= words and not (count > 6 and has_sentences(text))


def capitalised(text: str) -> str:
    """The text with its first letter as a capital, where that is the same letter (ß and the Turkish ı stay)."""
    first = text[:1].upper()
    return first + text[1:] if first.lower() == text[:1].lower() and len(first) == 1 else text
