"""The title of a report: what the metadata says if it makes sense, else the first page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from citewire.services.reading.instructions import reads_like_instructions
from citewire.services.reading.stated_titles import cited_title, filed_title

UNTITLED = "Untitled"
"""Where even the file's name speaks to a model."""

LONGEST_TITLE = 200
TITLE_LINES = 3

NEAR_BIGGEST = 0.85
"""Neighbours of the biggest line belong to the title from this share of its height on."""

STANDS_OUT = 1.15
"""A title is so many times higher than the middle line of the page."""

MIN_LETTERS = 4

TOLD_WORDS = 3
BODY_LINES = 20
"""A first page with so many lines is no cover: its biggest line may be the head of a section."""

# Two words at least: such a file name says more than any line that happens to be first.
_LONG_WORD = re.compile(r"[^\W\d_]{3,}")
_PROGRAM = re.compile(
    r"^\W{0,2}(microsoft (word|powerpoint|excel|office)|powerpoint|word document|"
    r"untitled|unknown|anonymous|unspecified|no ?title|(document|presentation|präsentation|"
    r"présentation|presentación|slide|book|workbook|layout|print|scan|scanned)\W?\d*\W?$|"
    r"title$|null$|none$)",
    re.IGNORECASE,
)
# What is stamped on a page, and a file's name that has no space.
_STAMP = re.compile(
    r"^\W*(draft|confidential|strictly confidential|embargoed|sample|specimen|copy|void|"
    r"internal use only|for internal use only|not for distribution|preliminary|"
    r"entwurf|vertraulich|muster|borrador|confidencial|copia|muestra|brouillon|confidentiel|"
    r"spécimen|bozza|riservato|rascunho)\W*$",
    re.IGNORECASE,
)
_JOINED = re.compile(r"^(?=\S*_)\S+$")
_FILE_NAME = re.compile(r"\.(docx?|pptx?|xlsx?|pdf|indd|qxd|qxp|tex|rtf|odt|ai|html?)$", re.I)
# The biggest line of a page in mid-report: the title is not on this page.
_SECTION = re.compile(
    r"^((part|chapter|section|item|appendix|annex|exhibit|schedule|volume|teil|kapitel|anhang|"
    r"partie|chapitre|annexe|parte|capítulo|anexo)\W{1,3}([ivxlc]+|\d+(\.\d+)*|[a-z])\W?|"
    r"(\W|\d+(\.\d+)*\W{1,3}|[ivx]+\.\s)?((table of |list of )?(contents|figures|tables)|"
    r"(executive )?summary|introduction|foreword|preface|"
    r"abstract|overview|background|disclaimer|acknowledge?ments|references|glossary|"
    r"about \S+(\s\S+){0,5}|key (findings|figures|facts|messages)|highlights|"
    r"índice|contenido|introducción|resumen( ejecutivo)?|prólogo|"
    r"sommaire|table des matières|avant-propos|résumé|"
    r"inhalt|inhaltsverzeichnis|einleitung|vorwort|zusammenfassung))$"
    r"|^\d{1,2}(\.\d{1,2}){0,3}\.\s",
    re.IGNORECASE,
)
# As big as the title on many first pages, and not it.
_BESIDE = re.compile(
    r"^(united states|(united states )?securities and exchange commission|washington, ?d\.?c\.?.*|"
    r"form (10-?[kq]|8-?k|20-?f).*|by \w.*|securities registered .*|commission file .*|"
    r"(\S{1,3}\s)?x?(annual|quarterly|transition) report pursuant .*|"
    r"(for )?immediate release|for (the )?(release|fiscal|year|quarter|transition) .*|"
    r"(for )?(media|press) .{0,20}inquiries.*|"
    r"(securities )?exchange act of 19\d\d|"
    r"exhibit \d.*|open access.*|\(mark one\)|www\.\S+|https?:\S+)$"
    r"|\bpage \d+ of \d+\b|\bexact name of (the )?registrant|\bother jurisdiction of\b|"
    r"registrant\W{0,3}s? telephone|\baddress of principal|report pursuant to section|"
    r"\bi\.?r\.?s\.? employer|\bindicate by check mark",
    re.IGNORECASE,
)


# The line ends, or begins, in mid-phrase: it goes on in the next, whatever its size.
_JOINS_ON = re.compile(
    r"\b(of|on|the|and|for|in|to|with|by|at|from|an?|de|del|la|el|los|las|y|en|para|sobre|"
    r"und|der|die|das|des|von|zur|zum|für|et|du|le|les|sur|pour)$",
    re.IGNORECASE,
)
_JOINED_ON = re.compile(
    r"(of|on|and|for|in|to|with|by|at|from|de|del|y|en|para|sobre|und|der|des|von|zur|zum|für|et|"
    r"du|sur|pour)\b",
    re.IGNORECASE,
)

_NO_TITLES = (_PROGRAM, _FILE_NAME, _JOINED, _STAMP, _SECTION, _BESIDE)


@dataclass(frozen=True, slots=True)
class TitleLine:
    """A line of the first page and the height of its letters in points."""

    text: str
    height: float


def title_of(path: Path, metadata: str, lines: Sequence[TitleLine]) -> str:
    """The best title: metadata, the biggest line of the first page, or the file's name.

    Args:
        path: of the file.
        metadata: the title that the file claims, on one line.
        lines: of the first page, from the top.
    """
    texts = [line.text for line in lines]
    name = path.stem.strip() or path.name
    if reads_like_instructions(_as_words(name)):
        name = UNTITLED
    if _makes_sense(filed := filed_title(texts, name)):
        return filed[:LONGEST_TITLE]
    if _makes_sense(metadata) and metadata.casefold() != path.stem.casefold():
        return metadata[:LONGEST_TITLE]
    if _makes_sense(cited := cited_title(texts)):
        return cited[:LONGEST_TITLE]
    first = next((text[:LONGEST_TITLE] for text in texts if _makes_sense(text)), "")
    if _is_told(name, texts):
        return name
    return _biggest(lines) or (name if _speaks(name) or not first else first)


def _is_told(name: str, texts: Sequence[str]) -> bool:
    """Whether the running text of a page calls the report by the name of its file."""
    words = _LONG_WORD.findall(name.casefold())
    if len(words) < TOLD_WORDS or len(texts) < BODY_LINES:
        return False
    return " ".join(words) in " ".join(_LONG_WORD.findall(" ".join(texts).casefold()))


def _speaks(name: str) -> bool:
    """Whether a name has two words at least."""
    return len(_LONG_WORD.findall(name)) >= 2


def name_for_models(name: str) -> str:
    """The name of a file or a folder, empty if it speaks to a model."""
    return "" if reads_like_instructions(_as_words(name)) else name


def _as_words(name: str) -> str:
    return re.sub(r"[-_.]+", " ", name)


def _makes_sense(title: str) -> bool:
    if reads_like_instructions(title):
        return False
    if any(known.search(title) for known in _NO_TITLES):
        return False
    letters = sum(map(str.isalpha, title))
    return (
        letters >= MIN_LETTERS
        and letters * 2 >= len(title.replace(" ", ""))
        and "\ufffd" not in title
    )


def _sentence(lines: Sequence[TitleLine], sensible: set[int], start: int, last: int) -> str:
    """The lines from `start` to `last` and those that go on with their phrase."""
    while last + 1 in sensible and (
        _JOINED_ON.match(lines[last + 1].text) or _JOINS_ON.search(lines[last].text)
    ):
        last += 1
    return " ".join(line.text for line in lines[start : last + 1])[:LONGEST_TITLE]


def _biggest(lines: Sequence[TitleLine]) -> str:
    candidates = [n for n, line in enumerate(lines) if _makes_sense(line.text)]
    if not candidates:
        return ""
    start = max(candidates, key=lambda n: lines[n].height)
    tallest = lines[start].height
    usual = median([line.height for line in lines])
    # On a page with a few lines only, a cover say, the middle one may be of the title itself.
    if not tallest or (len(lines) > 2 * TITLE_LINES and tallest < usual * STANDS_OUT):
        return ""
    if any(line.height > tallest and _SECTION.match(line.text) for line in lines):
        return ""
    sensible = set(candidates)
    last = start
    while start - 1 in sensible and _JOINS_ON.search(lines[start - 1].text):
        start -= 1
    if last != start or (last + 1 in sensible and _JOINED_ON.match(lines[last + 1].text)):
        return _sentence(lines, sensible, start, last)
    while start - 1 in sensible and lines[start - 1].height >= tallest * NEAR_BIGGEST:
        start -= 1
    title = ""
    for line in lines[start : start + TITLE_LINES]:
        if line.height < tallest * NEAR_BIGGEST or _BESIDE.match(line.text):
            break
        title = f"{title} {line.text}".strip()
    return title[:LONGEST_TITLE]
