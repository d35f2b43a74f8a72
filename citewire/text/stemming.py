"""What the forms of a word share, by the language that it is of: the stemmers of Snowball.

English, and what has no stemmer here, is stemmed by `text.words.stem`.
"""

from collections.abc import Iterable
from functools import lru_cache

from citewire.text.alphabets import normal_form

ALGORITHMS = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
"""The stemmer of a language, by its code (ISO 639-1)."""

LONGEST = 40
"""Longer words have no stem: stemming takes about a hundredth of a millisecond for each sign."""

_ELIDING = frozenset({"ca", "fr", "it"})
"""Languages that hang an article on the word: l'entreprise, dell'anno."""


def stemmed(languages: Iterable[str]) -> tuple[str, ...]:
    """Those of `languages` that have a stemmer, one for each, in the order of their codes."""
    return tuple({ALGORITHMS[one]: one for one in sorted(languages) if one in ALGORITHMS}.values())


@lru_cache(maxsize=65_536)
def stem_in(word: str, language: str) -> str:
    """Cut from `word` what its forms differ in, in a language that has a stemmer."""
    # Loading the stemmers takes a tenth of a second, and English reports need none of them.
    import snowballstemmer

    written = normal_form("NFC", word).lower().replace("’", "'")
    if language in _ELIDING and "'" in written:
        written = written.partition("'")[2]
    if len(written) > LONGEST:
        return written
    # One for each word: a stemmer keeps the word at hand in itself, and threads share this cache.
    return str(snowballstemmer.stemmer(ALGORITHMS[language]).stemWord(written))
