"""Names in a claim, and whether a passage has them: capitalised words, acronyms, their aliases."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from citewire.services.citations.verdicts.dates import MONTHS
from citewire.services.citations.verdicts.number_words import SMALL
from citewire.services.citations.verdicts.tokens import flatten
from citewire.services.citations.verdicts.units import CURRENCIES, SCALES, unit_of
from citewire.services.local.words import is_stop_word

_CAP = r"[A-ZÀ-ÖØ-ÞŁŚŠŽ]"
_NAME = re.compile(
    # The capital first, and then that no letter is before it: that is found sooner.
    rf"{_CAP}(?<!\w.)(?:\.(?:{_CAP}\.){{1,4}}|[\w’'&-]*"
    rf"(?:\s(?:(?:of|the|de|del|la|las|los|y|e|for|von|van)\s){{0,2}}{_CAP}[\w’'&-]*){{0,8}})"
)
_TITLES = frozenset(
    """mr mrs ms dr prof sir lord lady president minister chief executive officer ceo
cfo chairman chairwoman chair director senator governor sr sra srta don dona presidente presidenta
ministro ministra el la the los las inc ltd plc corp llc gmbh sa co corporation company group
holdings limited""".split()
)
_NAMES = """us|united states|usa|united states of america|american|americans|america
us|ee uu|eeuu|estados unidos
uk|united kingdom|britain|great britain|british|reino unido
eu|european union|union europea|ue
un|united nations|onu|naciones unidas
who|world health organization|world health organisation|oms|organizacion mundial de la salud
imf|international monetary fund|fmi|fondo monetario internacional
ecb|european central bank|bce|banco central europeo
germany|german|germans|alemania|aleman|alemana
france|french|francia|frances|francesa
spain|spanish|espana|espanol|espanola
italy|italian|italians|italia|italiano
china|chinese|chino
japan|japanese|japon
india|indian
netherlands|dutch|holland
switzerland|swiss|suiza
sweden|swedish|suecia
norway|norwegian|noruega
denmark|danish|dinamarca
finland|finnish|finlandia
poland|polish|polonia
portugal|portuguese
greece|greek|grecia
turkey|turkish|turkiye
mexico|mexican|mexicano|mexicana
brazil|brazilian|brasil
chile|chilean|chileno
peru|peruvian|peruano
europe|european|europa"""
_ALIASES = {alias: row.split("|")[0] for row in _NAMES.splitlines() for alias in row.split("|")}
_LINKS = frozenset("of the de del la las los y e for von van".split())
_WORDS = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"['’]s?(?=\W|$)")


class Name(NamedTuple):
    """A name in a claim: its flat words, and whether it may only be a sentence's first word."""

    text: str
    parts: tuple[str, ...]
    is_doubtful: bool


class Names:
    """What a passage offers a name to be matched with, all of it flat and when it is asked for.

    Args:
        text: the passage.
        tokens: its tokens.
    """

    def __init__(self, text: str, tokens: Sequence[str]) -> None:
        self._text = text
        self._tokens = tokens

    @cached_property
    def spelt(self) -> frozenset[str]:
        """Its words."""
        return frozenset(token.removesuffix("'s") for token in self._tokens)

    @cached_property
    def _found(self) -> Sequence[Name]:
        return list(find_names(self._text))

    @cached_property
    def words(self) -> frozenset[str]:
        """Its words, and those of its names, which are divided otherwise."""
        return self.spelt.union(*(name.parts for name in self._found))

    @cached_property
    def initials(self) -> frozenset[str]:
        """Of its names with several words."""
        several = (name.parts for name in self._found if len(name.parts) > 1)
        return frozenset("".join(part[0] for part in parts) for parts in several)

    @cached_property
    def letters(self) -> str:
        """The first letter of every word, in order."""
        return "".join(token[0] for token in self._tokens if token[0].isalpha())

    @cached_property
    def known(self) -> frozenset[str]:
        """What its names are also called."""
        forms = (form for name in self._found for form in _forms(name.parts))
        return frozenset(_ALIASES[form] for form in forms if form in _ALIASES)

    @cached_property
    def sure(self) -> frozenset[str]:
        """The words that are surely part of names."""
        sure = (name.parts for name in self._found if not name.is_doubtful)
        return frozenset(part for parts in sure for part in parts)


def find_names(text: str) -> Iterator[Name]:
    """The names in `text` in order."""
    for match in _NAME.finditer(text):
        parts = _parts(match[0])
        start = match.start()
        is_acronym = len(parts) == 1 and len(parts[0]) > 1 and match[0].isupper()
        at_start = _is_sentence_start(text, start)
        if at_start and parts and not is_acronym and is_ordinary(parts[0]):
            parts = parts[1:]
            at_start = False
        if not parts or (
            all(map(is_ordinary, parts)) and not (is_acronym and parts[0] in _ALIASES)
        ):
            continue
        is_doubtful = at_start and len(parts) == 1 and not is_acronym
        if is_doubtful and (text[match.end() : match.end() + 1] == "," or parts[0].endswith("ly")):
            continue
        yield Name(match[0], parts, is_doubtful)


def has_name(name: Name, offered: Names) -> bool:
    """Whether a passage has a claim's name, by its words, its initials or another name of it."""
    wanted = [part for part in name.parts if part not in _TITLES and not is_stop_word(part)]
    if offered.spelt.issuperset(wanted):  # nearly every name that is there
        return True
    if any(_ALIASES.get(form, "") in offered.known for form in _forms(name.parts)):
        return True
    initials = "".join(part[0] for part in name.parts)
    if len(initials) > 1 and initials in offered.words:
        return True
    if len(name.parts) == 1 and _stands_for(name, offered):
        return True
    missing = [at for at, part in enumerate(wanted) if not _has_word(part, offered.words)]
    # A middle name may be left out.
    return not missing or (len(missing) == 1 and 0 < missing[0] < len(wanted) - 1)


def _stands_for(name: Name, offered: Names) -> bool:
    """Whether an acronym has the initials of a name, or of words that follow each other."""
    letters = name.parts[0].rstrip("0123456789")
    if letters in offered.initials:
        return True
    return len(letters) > 2 and name.text[: len(letters)].isupper() and letters in offered.letters


@lru_cache(maxsize=4096)
def is_ordinary(word: str) -> bool:
    """Whether a capitalised word names nothing: a stop word, a month, a unit, a number, a title."""
    return (
        len(word) == 1
        or is_stop_word(word)
        or word in MONTHS
        or word in SMALL
        or word in SCALES
        or word in CURRENCIES
        or word in _TITLES
        or unit_of([word]) is not None
        or word.lstrip("fqhy").isdigit()
    )


def _has_word(word: str, words: frozenset[str]) -> bool:
    if word in words:
        return True
    if len(word) < 5:
        return False
    forms = {
        word + "s",
        word + "n",
        word + "an",
        word.removesuffix("s"),
        word.removesuffix("n"),
        word.removesuffix("an"),
    }
    return not forms.isdisjoint(words)


def _parts(name: str) -> tuple[str, ...]:
    """The flat words of a name without possessives; `U.S.` is one word."""
    if "." in name:
        return (flatten(name).replace(".", ""),)
    bare = _POSSESSIVE.sub("", name) if "'" in name or "’" in name else name
    words = _WORDS.findall(bare)
    return tuple(flatten(word) for word in words if not word[0].islower() or word in _LINKS)


def _forms(parts: tuple[str, ...]) -> Iterator[str]:
    yield " ".join(parts)
    if len(parts) > 1:
        yield from parts


def _is_sentence_start(text: str, start: int) -> bool:
    before = text[max(0, start - 4) : start].rstrip(" \"'“”‘«([*-•")
    return not before or before[-1] in ".!?:;\n|¿¡"
