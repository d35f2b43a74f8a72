"""The organisation whose report it is, as its cover, title, file name or first pages tell it."""

import re
from collections import Counter
from collections.abc import Iterator

from citewire.services.reading.identity.first_pages import FirstPages
from citewire.services.reading.registrant import BESIDE, LEGAL_END, registrant_of
from citewire.services.reading.word_list import known_words
from citewire.text.organisations import LEGAL_FORM, name_words, normal_name
from citewire.text.report_kinds import kind_of_title
from citewire.text.report_periods import periods_in
from citewire.text.words import fold, is_stop_word

LONGEST_NAME = 90
_SPACES = re.compile(r"\s+")
_WORD = r"[A-ZÀ-ÖØ-Þ][\w&’'.-]{0,30}"
_JOIN = r"(?:[ ,]{1,2}(?:of|and|the|de|del|la|y|et|du|des|der|und|für|&)){0,2}[ ,]{1,2}"
_NAME = rf"{_WORD}(?:{_JOIN}{_WORD}){{0,6}}"
_EXCHANGE = r"(?:NYSE|NASDAQ|Nasdaq|LSE|TSX|BME|ETR|FRA|XETRA|Euronext|SIX|ASX|NSE|BSE)"
_TRADED = re.compile(
    rf"(?<![\w&’'.-])(?P<name>{_NAME})\s?"
    rf"\((?:the )?{_EXCHANGE}[^\n):]{{0,20}}: ?(?P<sign>[A-Z.]{{1,6}})\)"
)
_SIGN_IN_TABLE = re.compile(
    r"(?<![^\W_])([A-Z]{2,5})[\s|]{1,12}(?:The )?(?:New York Stock Exchange|NASDAQ|Nasdaq|NYSE)"
)
_LEGAL = re.compile(rf"(?<![\w&’'.-])(?P<name>{_NAME}[ ,]{{1,3}}(?i:{LEGAL_FORM}))(?![\w&’'])\.?")
_SMALL_FORMS = frozenset(("plc", "gmbh"))
_CITED = re.compile(
    rf"\b(?i:recommended|suggested) (?i:citation)\W{{1,4}}(?P<name>{_NAME}),? {{0,2}}"
    r"(?:[A-Z][a-z]{2,8},? )?(?:19|20)\d\d"
    rf"|\b(?i:produced|published|prepared|issued|commissioned) by (?:the )?(?P<by>{_NAME})"
    rf"|\b(?i:publicado|elaborado|editado) por (?:la |el )?(?P<es>{_NAME})"
    rf"|\b(?i:herausgegeben) (?:von|vom|durch)(?: der| dem)? (?P<de>{_NAME})"
    rf"|\bHerausgeber(?:in)?: ?(?P<by_de>{_NAME})"
    rf"|\b(?i:publié|édité|préparé) par (?:la |le |l[’'])?(?P<fr>{_NAME})"
)
_OWNED = re.compile(
    r"(?:©|\b(?i:copyright)\b)(?: ?©| by| ?\([cC]\)){0,2} ?(?:(?:19|20)\d\d,? )?"
    rf"(?P<name>{_NAME})"
)
_SHARED = re.compile(r"[^\w]+")
_MONTH = re.compile(
    r",? (?:January|February|March|April|May|June|July|August|September|October|November|December)$"
)
SCHOLARLY = frozenset(("research paper", "court filing"))
"""Kinds whose first pages name many organisations, none of which is theirs."""


_MAKERS = re.compile(
    r"(microsoft|adobe|apple|hewlett|hp|dell|lenovo|toshiba|acer|asus|google)\b", re.I
)


def find_organisation(told: FirstPages, kind: str) -> str:
    """Whose report it is; empty if nothing tells it."""
    for name in _told(told, kind):
        if kept := _tidy(name):
            return _as_written(kept, told.text)
    return ""


def traded_as(told: FirstPages) -> tuple[str, ...]:
    """By which signs the shares of the organisation are traded, as the first pages say."""
    signs = [found["sign"] for found in _TRADED.finditer(told.text)][:1]
    signs += _SIGN_IN_TABLE.findall(told.cover)[:1]
    return tuple(dict.fromkeys(sign for sign in signs if len(sign) > 1 and sign not in _NO_SIGNS))


def _told(told: FirstPages, kind: str) -> Iterator[str]:
    registrants = [name for page in told.pages[:2] if (name := registrant_of(page.splitlines()))]
    yield from filter(LEGAL_END.search, registrants)
    yield from filter(LEGAL_END.search, re.split(r" [-–|] ", told.title))
    yield from registrants
    yield from (found["name"] for found in _TRADED.finditer(told.cover))
    if kind in SCHOLARLY:
        return
    yield from (line for line in told.short_lines()[:HEADS] if _is_name(line))
    yield from _named_above_a_sheet(told)
    for page in told.pages:
        for found in _CITED.finditer(_SPACES.sub(" ", page)):
            yield _MONTH.split(next(name for name in found.groupdict().values() if name))[0]
    yield from _named_by_file(told)
    yield from _most_named(told)
    for page in told.pages:
        yield from (found["name"] for found in _OWNED.finditer(_SPACES.sub(" ", page)))
    # Last, for many a program and machine writes its maker's name there.
    yield from (one for one in told.properties if _is_name(one) and not _MAKERS.match(one))


def _is_name(line: str) -> bool:
    """Whether a line is the name of a company, and nothing else."""
    return bool(
        LEGAL_END.search(line)
        and len(line) <= LONGEST_NAME
        and 1 < len(line.split()) <= MOST_WORDS
        and line[0].isupper()
        and not BESIDE.search(line)
        and not any(sign in line for sign in ":;()")
    )


def _named_above_a_sheet(told: FirstPages) -> Iterator[str]:
    """The company with which the cell above a table begins: `Acme SA consolidated income`."""
    if not told.is_sheet:
        return
    for line in told.short_lines()[:TWICE]:
        found = _LEGAL.match(line)
        if found and "|" not in found[0] and not BESIDE.search(line):
            yield found["name"]


def _named_by_file(told: FirstPages) -> Iterator[str]:
    """The first words of the file's name or the title that the first pages use as a name."""
    text = told.text
    lower = {word for word in re.findall(r"[^\W\d_]+", text) if word.islower()}
    for name in dict.fromkeys((told.stem, told.title)):
        words = re.findall(r"[^\W_](?:[^\s_]*[^\W_])?", name)[:MOST_WORDS]
        found = ""
        for count in range(1, len(words) + 1):
            if _says_what(words[count - 1]) or fold(words[count - 1]) in lower:
                break
            said = _mentioned(words[:count], text)
            if not said:
                break
            found = said
        if not found and len(words) > 1 and _is_acronym(words[0], name) and kind_of_title(name):
            found = words[0]
        if found and not is_stop_word(found):
            yield found


def _is_acronym(word: str, name: str) -> bool:
    """Whether a word is short letters in capitals in a name that is not all in capitals."""
    return bool(_ACRONYM.match(word)) and not name.isupper() and not _says_what(word)


def _says_what(word: str) -> bool:
    """Whether a word of a file's name tells a kind, a period or a number, and no name."""
    return bool(kind_of_title(word) or periods_in(word) or word[0].isdigit() or _PLAIN.match(word))


def _mentioned(words: list[str], text: str) -> str:
    """The words as the first pages write them, with capitals; empty if they do not."""
    joined = r"[\s&.,’'-]{0,3}".join(re.escape(word) for word in words)
    if len(words) == 1 and len(words[0]) > MANY_LETTERS:  # may be several without spaces
        joined = r"[\s&.,’'-]{0,3}".join(map(re.escape, words[0]))
    found: Counter[str] = Counter()
    is_said = False
    for match in re.finditer(rf"(?<!\w){joined}(?!\w)", text, re.IGNORECASE):
        if match[0][0].isupper() and not _NUMBERED.match(text, match.end()):
            is_said = is_said or _in_sentence(match)
            found[_SPACES.sub(" ", match[0])] += TWICE if _in_sentence(match) else 1
    best = found.most_common(1)[0][0] if found.total() >= TWICE else ""
    # A word that only begins lines and cells, as "Line" and "Balance", names nobody.
    is_name = len(best.split()) > 1 or any(map(str.isupper, best[1:]))
    is_enough = found.total() > TWICE or best.lower() not in known_words()
    return best if is_name or (is_said and is_enough) else ""


def _in_sentence(match: re.Match[str]) -> bool:
    """Whether a name stands in a sentence, where other words are small."""
    before, after = match.string[: match.start()][-4:], match.string[match.end() :][:5]
    # "The Balance sheet" is no name.
    is_within = re.search(r"(?<!\bthe)(?<=[a-z,]) $", before)
    return bool(is_within and re.match(r"(?:['’]s)?\s[a-z]", after))


def _most_named(told: FirstPages) -> Iterator[str]:
    """The company that the first pages name most often with its legal form.

    One that is named twice only, and not at the beginning, may be anybody.
    """
    names: Counter[str] = Counter()
    written: dict[str, str] = {}
    for page in told.pages:
        for found in _LEGAL.finditer(_SPACES.sub(" ", page)):
            name = found["name"]
            form = name.split()[-1]
            if form[0].isupper() or form in _SMALL_FORMS:
                names[normal_name(name)] += 1
                written.setdefault(normal_name(name), name)
    for name, count in names.most_common(1):
        if count > TWICE or (count == TWICE and written[name] in told.cover[:HEAD_CHARS]):
            yield written[name]


def _tidy(name: str) -> str:
    plain = _SPACES.sub(" ", name).strip(" ,;:|_-–—*")
    if not LEGAL_END.search(plain):
        plain = plain.rstrip(".")
    if re.fullmatch(r"(?i)the .+", plain) and not LEGAL_END.search(plain):
        plain = plain[4:]
    words = name_words(plain)
    is_name = bool(words) and len(plain) <= LONGEST_NAME and any(len(word) > 1 for word in words)
    return plain if is_name and not all(map(is_stop_word, words)) else ""


def _as_written(name: str, text: str) -> str:
    """The name as the text writes it elsewhere, if it is all in capitals here."""
    if not name.isupper():
        return name
    words = r"\s+".join(re.escape(word) for word in name.split())
    for found in re.findall(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE):
        if not found.isupper() and found[0].isupper():
            return _SPACES.sub(" ", found)
    return name


_NUMBERED = re.compile(r"\s{0,3}(?:No\.?|#)?\s{0,3}\d")
_NO_SIGNS = frozenset(("NONE", "NA", "NYSE", "THE"))
_ACRONYM = re.compile(r"[A-Z]{3,6}$")
_PLAIN = re.compile(
    r"(?i)^(?:report|reports|final|draft|annual|full|excerpt|copy|version|v\d*|the|and|top|pdf|doc"
    r"|directors|board|company|management|group|chairman|government|financial|consolidated)$"
)
HEAD_CHARS = 1500
HEADS = 14
MOST_WORDS = 9
MANY_LETTERS = 6
TWICE = 2
