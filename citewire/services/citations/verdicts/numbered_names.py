"""Names that are a word and a number or letter: `Scope 2`, `Level 3`, `Class B`, `Phase II`.

Rows that differ in nothing else are told apart by it, and the 2 of `Scope 2` is no amount. Such a
name is made one word of the same length, the number first: words are compared by how they begin.
"""

import re
from collections.abc import Sequence

_ALWAYS = frozenset(
    """scope level stage tier class phase category type pillar series tranche scenario
 alcance nivel etapa clase fase categoria tipo serie tramo escenario
 stufe ebene klasse kategorie typ tranche szenario
 niveau etape classe categorie palier""".split()
)
"""Nouns whose number is a name even where more numbers follow, as in the line of a table."""
_MOSTLY = frozenset(
    """customer supplier segment group region zone unit plant site line block building terminal
 grade band model fund lot mine well reactor option plan project product company step wave
 cliente proveedor segmento grupo region zona planta sitio bloque edificio proyecto producto
 kunde lieferant gruppe werk standort linie projekt produkt
 client fournisseur groupe usine ligne projet produit""".split()
)
_LONGEST = max(map(len, _ALWAYS | _MOSTLY))
_NAME = re.compile(
    r"[ -](?P<name>\d{1,2}|[A-HJ-Z]|I{2,3}|IV|VI{0,3}|IX)(?![\w%‰'’&]|[.,/–-]?\d)"
    r"(?!\s?(?:%|x\b|per\s?cent|percent|points?|basis|times|thousand|million|billion|trillion|bn\b"
    r"|mn\b|k\b|m\b|mio|mrd|millones|prozent|[$€£¥]))"
)
_MORE = re.compile(r"\s?[\d(|$€£¥]|\s(?:[–-]|and|or|to|y|und|et)\s?\d")
_WORD = re.compile(r"(?<![^\W_])[^\W\d_]+$")
_PER = re.compile(r"(?:\bper|/|\bpor|\bje|\bpar)\s$", re.IGNORECASE)
_DIGITS = str.maketrans("0123456789", "αβγδεζηθικ")
_PLAIN = str.maketrans("αβγδεζηθικ", "0123456789")
JOIN = "ǀ"
"""A letter that no language of reports has."""


def join_numbered(text: str) -> str:
    """`text` with each such name as one word of the same length; linear in it.

    Args:
        text: with its capitals, without accents.
    """
    parts: list[str] = []
    at = 0
    for match in _NAME.finditer(text):
        before = max(at, match.start() - _LONGEST - 1)
        word = _WORD.search(text, before, match.start())
        if word is None or not _is_name(word[0], match):
            continue
        if _PER.search(text, max(at, word.start() - 5), word.start()):
            continue
        joined = match["name"].translate(_DIGITS) + JOIN + word[0]
        parts += text[at : word.start()], joined
        at = match.end()
    return "".join((*parts, text[at:])) if parts else text


def taken_apart(texts: Sequence[str]) -> Sequence[str]:
    """Tokens with the words and numbers of such names apart: `common equity tier 1` is CET1."""
    if not any(JOIN in text for text in texts):
        return texts
    found: list[str] = []
    for text in texts:
        number, join, word = text.partition(JOIN)
        found += (word, number.translate(_PLAIN)) if join else (text,)
    return found


def _is_name(word: str, match: re.Match[str]) -> bool:
    if word.lower() in _ALWAYS:
        return True
    if not match["name"].isdigit():
        return word.lower() in _MOSTLY
    # `In this region 12 stores` has a number.
    is_alone = not _MORE.match(match.string, match.end())
    return word.lower() in _MOSTLY and word[0].isupper() and is_alone
