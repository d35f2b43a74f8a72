"""Numbers written as words, English and Spanish: `twelve`, `two thirds`, `treinta y cinco mil`."""

from collections.abc import Sequence

from citewire.services.citations.verdicts.units import SCALES

_ENGLISH = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
fifteen sixteen seventeen eighteen nineteen""".split()
_SPANISH = """cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce
quince dieciseis diecisiete dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro
veinticinco veintiseis veintisiete veintiocho veintinueve""".split()
_TENS = """twenty thirty forty fifty sixty seventy eighty ninety""".split()
_DECENAS = "treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
_CIENTOS = """ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos
ochocientos novecientos""".split()

SMALL: dict[str, int] = {
    **{word: n for n, word in enumerate(_ENGLISH)},
    **{word: n for n, word in enumerate(_SPANISH)},
    **{word: 20 + 10 * n for n, word in enumerate(_TENS)},
    **{word: 30 + 10 * n for n, word in enumerate(_DECENAS)},
    **{word: 100 * (n + 1) for n, word in enumerate(_CIENTOS)},
    **{word[:-2] + "as": 100 * (n + 2) for n, word in enumerate(_CIENTOS[1:])},
    "cien": 100,
    "dozen": 12,
    "docena": 12,
    "un": 1,
    "una": 1,
    "veintiun": 21,
    "veintiuna": 21,
}
_SPANISH_WORDS = frozenset("el la los las de del en y que un una se por con para al".split())
NEAR = 6
"""Words around `once`, of which one is Spanish where it is a number."""
_ARTICLES = frozenset({"one", "un", "una", "uno", "a"})
"""Too common to be a number alone."""

_PARTS = {
    **dict.fromkeys(("half", "mitad", "medio", "halves"), 2),
    **dict.fromkeys(("third", "thirds", "tercio", "tercios", "tercera", "terceras"), 3),
    **dict.fromkeys(("quarter", "quarters", "cuarto", "cuartos", "cuarta", "cuartas"), 4),
    **dict.fromkeys(("fifth", "fifths", "quinto", "quintos", "quinta", "quintas"), 5),
    **dict.fromkeys(("tenth", "tenths", "decimo", "decimos", "decima", "decimas"), 10),
}
_OF = frozenset({"of", "de", "del", "partes", "parte"})
_JOINTS = frozenset({"and", "y", "-"})
_SPELT_SCALES = frozenset(SCALES) - {"k", "mm", "mn", "bn", "tn", "mio", "mrd", "bln", "mln"}
_BARE_SCALES = frozenset({"mil"})


SPELT = frozenset({*SMALL, *_BARE_SCALES, "a", "la", "half", "mitad"})
"""The words that a number may begin with."""


def spelt_number(texts: Sequence[str], at: int) -> tuple[float, int] | None:
    """The number spelt from token `at` on, and the token after it."""
    word = texts[at]
    if word not in SMALL and word not in _BARE_SCALES and word != "a":
        return None
    if word == "once" and _SPANISH_WORDS.isdisjoint(texts[max(0, at - NEAR) : at + NEAR]):
        return None
    total, current, index, words = 0.0, 0.0, at, 0
    while index < len(texts):
        word = texts[index]
        if word in SMALL and (words == 0 or _may_follow(current, SMALL[word], texts, index)):
            current += SMALL[word]
        elif word in _SPELT_SCALES and (words or word in _BARE_SCALES):
            total, current = _scaled(total, current, SCALES[word])
        elif word == "a" and words == 0 and _scale_at(texts, index + 1):
            current = 1
        elif not (word in _JOINTS and words and _goes_on(texts, index)):
            break
        words += 1
        index += 1
    if words == 0 or (words == 1 and texts[at] in _ARTICLES):
        return None
    return total + current, index


def _scaled(total: float, current: float, scale: float) -> tuple[float, float]:
    """A scale multiplies what came before it: `mil millones` all of it, `mil` only the last."""
    if scale == 100:
        return total, max(current, 1) * 100
    if current == 0 and 0 < total < scale:
        return total * scale, 0
    return total + max(current, 1) * scale, 0


def _may_follow(current: float, small: int, texts: Sequence[str], index: int) -> bool:
    """`twenty five` is one number, `two three` and `five, twenty` are two."""
    if current == 0:
        return texts[index - 1] in _SPELT_SCALES | _JOINTS
    step = 100 if current % 100 == 0 else 10 if current % 10 == 0 else 0
    return 0 < small < step


def _scale_at(texts: Sequence[str], index: int) -> bool:
    return index < len(texts) and texts[index] in _SPELT_SCALES | {"dozen"}


def _goes_on(texts: Sequence[str], index: int) -> bool:
    """Whether the `and` or the hyphen at `index` is inside a number: `hundred and five`."""
    if index + 1 >= len(texts) or texts[index + 1] not in SMALL:
        return False
    before, after = texts[index - 1], SMALL[texts[index + 1]]
    if before in _SPELT_SCALES:
        return texts[index] == "and" and before != "mil"
    return before in SMALL and SMALL[before] >= 20 and SMALL[before] % 10 == 0 and after < 10


def spelt_fraction(texts: Sequence[str], at: int) -> tuple[float, int] | None:
    """The part spelt from token `at` on, in per cent, and the token after it.

    `a third of`, `two thirds`, `half of`, `one in five`, `la mitad de`, `dos tercios`.
    """
    if texts[at] == "half" or texts[at] == "mitad":
        return (50.0, at + 1) if _next_in(texts, at + 1, _OF | {"the", "its", "all"}) else None
    count = SMALL.get(texts[at], 1 if texts[at] in ("a", "la") else 0)
    if not 1 <= count <= 9 or at + 1 >= len(texts):
        return None
    after = at + 2 if texts[at + 1] == "-" and at + 2 < len(texts) else at + 1
    word = texts[after]
    if word in ("in", "de", "out") and after + 1 < len(texts):
        of = after + 2 if texts[after + 1] in ("of", "cada") else after + 1
        whole = SMALL.get(texts[of], 0) if of < len(texts) else 0
        return (100 * count / whole, of + 1) if whole > count and whole in (3, 4, 5, 10) else None
    if word not in _PARTS or not (count > 1 or _next_in(texts, after + 1, _OF)):
        return None
    return 100 * count / _PARTS[word], after + 1


def _next_in(texts: Sequence[str], index: int, words: frozenset[str]) -> bool:
    return index < len(texts) and texts[index] in words
