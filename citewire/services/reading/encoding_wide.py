"""Texts of two bytes a character that nothing marks as such."""

import codecs
import unicodedata

_CHINESE = frozenset(("CJK", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC", "FULLWIDTH", "HALFWIDTH"))


def is_plain(sample: bytes, encoding: str) -> bool:
    """Whether `sample` is a text in `encoding`: letters mostly, and no control characters."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return False
    kinds = [unicodedata.category(character) for character in text if character not in "\t\n\r\f"]
    # Bullets of some fonts are in the private use area.
    return not {"Cc", "Cn", "Cs"} & set(kinds) and kinds.count("Co") * 50 <= len(kinds) > 0


def wide_letters(sample: bytes) -> str:
    """The UTF-16 in which `sample`, that has no zeros, is a text of one script; empty if in none.

    Its letters are of one script in the right order of bytes, and of several in the other.
    """
    if len(sample) % 2:
        return ""
    scripts = {
        encoding: _scripts(sample.decode(encoding, "ignore"))
        for encoding in ("utf-16-le", "utf-16-be")
        if is_plain(sample, encoding)
    }
    of_one = [encoding for encoding, found in scripts.items() if len(found) == 1]
    return of_one[0] if len(of_one) == 1 else ""


def _scripts(text: str) -> set[str]:
    found = {
        unicodedata.name(letter, "").partition(" ")[0]
        for letter in set(text)
        if not letter.isascii() and unicodedata.category(letter)[0] in "LM"
    }
    return found - _CHINESE | ({"CJK"} if found & _CHINESE else set())
