"""Text as PDFs give it, made readable: control characters, ligatures, hyphens, language."""

import re
import unicodedata
from collections.abc import Sequence

from py3langid.langid import classify

LINE_HYPHEN = "\ufffe"
"""What pdfium gives for a hyphen at the end of a line, whose line break it drops."""

_PLAIN = str.maketrans(
    {
        "\ufb00": "ff",
        "\ufb01": "fi",
        "\ufb02": "fl",
        "\ufb03": "ffi",
        "\ufb04": "ffl",
        "\ufb05": "st",
        "\ufb06": "st",
        # Bullets of the Symbol and Wingdings fonts, in the private use area.
        "\uf0b7": "•",
        "\uf0a7": "•",
        "\uf0be": "•",
    }
)
_DROPPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\ufeff\uffff\ud800-\udfff]")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN = re.compile(rf"([^\W\d_]+)(?:{LINE_HYPHEN}|-\n)([^\W\d_]+)")

LANGUAGE_SAMPLE = 20_000
"""So many characters tell the language; more only cost time."""

MIN_LETTERS = 40
"""With fewer letters any guess is noise."""


def clean(text: str) -> str:
    """`text` with line feeds as line ends, plain letters, no control or lone surrogate."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _DROPPED.sub("", text).translate(_PLAIN))


def clean_line(text: str) -> str:
    """`text` cleaned and put on one line."""
    return " ".join(clean(text).replace(LINE_HYPHEN, "-").split())


def mend_hyphens(pages: Sequence[str]) -> list[str]:
    """Put words together again that were divided at the end of a line.

    A division shows no difference between `infor-mation` and `high-spending`. The report itself
    tells: what it writes elsewhere in one word or with a hyphen, and whether both halves are
    words in it.
    """
    known = {word.lower() for page in pages for word in _WORD.findall(_BROKEN.sub(" ", page))}

    def mended(match: re.Match[str]) -> str:
        first, second = match.groups()
        joined, hyphened = f"{first}{second}", f"{first}-{second}"
        if second[0].isupper() or hyphened.lower() in known:
            return hyphened
        if joined.lower() in known:
            return joined
        return hyphened if {first.lower(), second.lower()} <= known else joined

    return [_BROKEN.sub(mended, page).replace(LINE_HYPHEN, "-") for page in pages]


def language_of(pages: Sequence[str]) -> str:
    """The language of most of the text as ISO 639-1, `und` if there are too few letters."""
    sample = " ".join(pages)[:LANGUAGE_SAMPLE]
    if sum(map(str.isalpha, sample)) < MIN_LETTERS:
        return "und"
    code, _ = classify(sample)
    return str(code)
