"""The language of a text."""

from collections.abc import Iterable

from py3langid.langid import classify

LANGUAGE_SAMPLE = 20_000
"""So many characters tell the language; more only cost time."""

MIN_LETTERS = 40
"""With fewer letters any guess is noise."""


def language_of(pages: Iterable[str]) -> str:
    """The language of most of the text as ISO 639-1, `und` if there are too few letters."""
    sample = _beginning(pages, LANGUAGE_SAMPLE)
    if sum(map(str.isalpha, sample)) < MIN_LETTERS:
        return "und"
    code, _ = classify(sample)
    return str(code)


def _beginning(pages: Iterable[str], length: int) -> str:
    parts: list[str] = []
    for page in pages:
        parts.append(page[:length])
        length -= len(page) + 1
        if length <= 0:
            break
    return " ".join(parts)
