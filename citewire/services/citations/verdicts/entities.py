"""Names in a text: capitalised words and acronyms, and what some are also called."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from citewire.services.citations.verdicts.dates import MONTHS
from citewire.services.citations.verdicts.number_words import SMALL
from citewire.services.citations.verdicts.tokens import flatten, tokenise
from citewire.services.citations.verdicts.trade_words import is_trade_word
from citewire.services.citations.verdicts.units import CURRENCIES, SCALES, unit_of
from citewire.text.words import is_stop_word

_CAP = r"[A-ZÀ-ÖØ-ÞŁŚŠŽ]"
_NAME = re.compile(
    # The capital first, and then that no letter is before it: that is found sooner.
    rf"{_CAP}(?<!\w.)(?:\.(?:{_CAP}\.){{1,4}}|[\w’'&-]*"
    rf"(?:\s(?:(?:of|the|de|del|la|las|los|y|e|for|von|van)\s){{0,2}}{_CAP}[\w’'&-]*){{0,8}})"
)
TITLES = frozenset(
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
france|french|frenchman|frenchmen|francia|frances|francesa
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
canada|canadian|canadians|kanada|canadiense
korea|korean|koreans|corea
australia|australian|australians
ireland|irish|irlanda
brazil|brazilian|brasil
chile|chilean|chileno
peru|peruvian|peruano
europe|european|europa
africa|african|africans|africano|africana
asia|asian|asians|asiatico|asiatica
russia|russian|russians|rusia|ruso|rusa
ukraine|ukrainian|ukrainians|ucrania
austria|austrian|austrians
belgium|belgian|belgians|belgica
argentina|argentine|argentinian|argentino
colombia|colombian|colombiano
israel|israeli|israelis
vietnam|vietnamese
indonesia|indonesian
thailand|thai
hungary|hungarian|hungria
romania|romanian|rumania
nigeria|nigerian
egypt|egyptian|egipto
morocco|moroccan|marruecos"""
ALIASES = {alias: row.split("|")[0] for row in _NAMES.splitlines() for alias in row.split("|")}
_TERMS = frozenset(
    """ebitda ebitdas ebit ebita adjusted capex opex eps gaap sga ppe fy fys roe roa roic roce
    kpi rsu rsus psu psus arr yoy qoq ttm fcf cogs gross operating diluted basic consolidated
    net total usd eur gbp""".split()
)
"""Terms of accounts that are written like names."""
_GERMAN = frozenset(
    """der die das den dem des ein eine einer eines einem einen und im am zum zur vom von mit auf
    bei ist waren wurde wurden betrug betrugen nach um fur aus sind sank stieg stiegen""".split()
)
_STARTS = _GERMAN | frozenset("le les au aux du une en dans pour par ce cette ces il elle".split())
"""Words that begin a sentence and no name."""
_LINKS = frozenset("of the de del la las los y e for von van".split())
_WORDS = re.compile(r"[^\W_]+")
_PERIOD = re.compile(r"(?:fy|[qh])\d{1,4}")
"""`FY23 Ulta` is no name of anybody's."""
_POSSESSIVE = re.compile(r"['’]s?(?=\W|$)")


FEWEST_GERMAN = 2
"""So many different words of German make a text German."""

_ACTS = re.compile(
    r"\s(?:had|has|reported|posted|operated|operates|employed|employs|earned|owned|owns|sold|paid"
    r"|generated|invested|acquired|bought|opened|closed|announced|expects|expected|recorded"
    r"|repurchased|recognized|recognised|delivered|launched|tuvo|tiene|registro|registró|vendio"
    r"|vendió|pago|pagó|hatte|hat|meldete|erzielte|a enregistré|a réalisé|compte)\b"
)
_ACTORS = frozenset(
    """company companies group firm bank management board year years quarter month week today
    country world market industry government state city customer customers segment division
    business parent retailer manufacturer airline insurer lender utility nobody everyone women men
    people employees workers shareholders stockholders investors members franchisees subsidiaries
    empresa compania grupo banco sociedad unternehmen konzern gesellschaft firma societe entreprise
    groupe banque revenue revenues sales income profit profits earnings cash costs expenses debt
    inventories inventory assets liabilities equity operations production demand""".split()
)
"""Words that begin a sentence, have something or do something, and name nobody."""
_FIGURES = frozenset(
    """revenue revenues sales income profit profits earnings costs expenses debt inventories assets
    liabilities equity""".split()
)
"""What somebody has: `Revenues of Defense` names Defense."""


class Name(NamedTuple):
    """A name in a claim: its flat words, and whether it may only be a sentence's first word."""

    text: str
    parts: tuple[str, ...]
    is_doubtful: bool
    acts: bool = False
    """Whether a sentence begins with it and says what it has or does."""


def find_names(text: str) -> Iterator[Name]:
    """The names in `text` in order; of German nouns only those that are surely names."""
    is_german = len(_GERMAN.intersection(tokenise(flatten(text)))) >= FEWEST_GERMAN
    for match in _NAME.finditer(text):
        parts = _parts(match[0])
        start = match.start()
        if parts and is_trade_word(flatten(match[0].split(" ", 1)[0])):
            parts = parts[len(_WORDS.findall(match[0].split(" ", 1)[0])) :]
        is_acronym = len(parts) == 1 and len(parts[0]) > 1 and match[0].isupper()
        at_start = _is_sentence_start(text, start)
        if at_start and parts and not is_acronym and _begins(parts):
            parts = parts[1:]
            at_start = False
            while len(parts) > 1 and parts[0] in ("of", "the"):
                parts = parts[1:]  # "Revenues of Defense": whose they are is the name
            if len(parts) == 1 and parts[0] in _ACTORS:
                continue  # "The Company", "Das Unternehmen"
        while len(parts) > 1 and _PERIOD.fullmatch(parts[0]):
            parts = parts[1:]
        if not parts or (all(map(is_ordinary, parts)) and not (is_acronym and parts[0] in ALIASES)):
            continue
        acts = at_start and parts[0] not in _ACTORS and _acts(text, match)
        if is_german and len(parts) == 1 and not (is_acronym or acts or parts[0] in ALIASES):
            continue
        is_doubtful = at_start and len(parts) == 1 and not is_acronym and not acts
        if is_doubtful and (text[match.end() : match.end() + 1] == "," or parts[0].endswith("ly")):
            continue
        yield Name(match[0], parts, is_doubtful, acts)


def _begins(parts: tuple[str, ...]) -> bool:
    """Whether the first word of a sentence is no part of the name behind it."""
    return (
        (parts[0] in _FIGURES and parts[1:2] == ("of",))
        or is_ordinary(parts[0])
        or parts[0] in _STARTS
    )


def _acts(text: str, name: re.Match[str]) -> bool:
    """Whether what begins a sentence has something or does it: then it is somebody's name."""
    is_owner = bool(_POSSESSIVE.search(name[0]))
    return is_owner or bool(_ACTS.match(text, name.end(), name.end() + 20))


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
        or word in TITLES
        or word in _TERMS
        or unit_of([word]) is not None
        or word.lstrip("fqhy").isdigit()
    )


def _parts(name: str) -> tuple[str, ...]:
    """The flat words of a name without possessives; `U.S.` is one word."""
    if "." in name:
        return (flatten(name).replace(".", ""),)
    bare = _POSSESSIVE.sub("", name) if "'" in name or "’" in name else name
    words = _WORDS.findall(bare)
    return tuple(flatten(word) for word in words if not word[0].islower() or word in _LINKS)


def forms(parts: tuple[str, ...]) -> Iterator[str]:
    """A name, and its parts, as they may have another name."""
    yield " ".join(parts)
    if len(parts) > 1:
        yield from parts


def _is_sentence_start(text: str, start: int) -> bool:
    before = text[max(0, start - 4) : start].rstrip(" \"'“”‘«([*-•")
    return not before or before[-1] in ".!?:;\n|¿¡"
