"""Numbers of lists and headings, counted as Word counts them: "1.2", "b)", "•"."""

import re
from dataclasses import dataclass, replace
from typing import Any

from citewire.services.reading.office_xml import ALTERNATE, FALLBACK
from citewire.services.reading.word.names import VALUE, is_on, w
from citewire.services.reading.word.numerals import numeral
from citewire.services.reading.word.styles import WordStyles, whole

LEVELS = 9
BULLET = "•"
MOST_LINKS = 5
"""Lists that refer to the list of a style."""

MOST_LETTERS = 200
"""Of a number with what stands around it."""

_PLACE = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class _Level:
    form: str = "decimal"
    text: str = ""
    start: int = 1
    restart: int | None = None
    """The number, from 1, of the level that starts it again; 0 for none, None for all above."""
    is_legal: bool = False
    gap: str = " "
    style: str = ""


@dataclass(frozen=True, slots=True)
class _List:
    """Levels, by number, of a list; those of one `root` count on from each other."""

    root: str
    levels: dict[int, _Level]
    starts: dict[int, int]


class WordNumbering:
    """The lists of a file with where each stands."""

    def __init__(self, root: Any, styles: WordStyles) -> None:
        self._styles = styles
        self._roots: dict[str, Any] = {}
        self._numbers: dict[str, Any] = {}
        for row in () if root is None else root:
            if row.tag == w("abstractNum"):
                self._roots[row.get(w("abstractNumId")) or ""] = row
            elif row.tag == w("num"):
                self._numbers[row.get(w("numId")) or ""] = row
        self._lists: dict[str, _List | None] = {}
        self._levels: dict[str, dict[int, _Level]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()

    def label(self, paragraph: Any, style: str) -> str:
        """Count a paragraph and give what Word writes before it, with a space; or nothing."""
        number, level = self._place(paragraph, style)
        chosen = self._list(number)
        if chosen is None:
            return ""
        if level is None:
            named = (n for n, one in chosen.levels.items() if one.style == style)
            level = next(named, 0)
        level = min(max(level, 0), LEVELS - 1)
        row = chosen.levels.get(level)
        if row is None:
            return ""
        counts = self._counted(number, chosen, level)
        if row.form == "bullet":
            return f"{BULLET} "
        label = _PLACE.sub(lambda found: _written(chosen, counts, row, int(found[1]) - 1), row.text)
        return label[:MOST_LETTERS] + row.gap if label.strip() else ""

    def _place(self, paragraph: Any, style: str) -> tuple[str, int | None]:
        """The list that a paragraph belongs to, and its level if that is told."""
        own = paragraph.find(f"{w('pPr')}/{w('numPr')}")
        number, level = self._styles.numbered(style)
        if own is None:
            return number, level
        told, at = own.find(w("numId")), own.find(w("ilvl"))
        own_level = None if at is None else whole(at.get(VALUE))
        if told is None:
            return number, own_level if own_level is not None else level
        return told.get(VALUE) or "", own_level or 0

    def _counted(self, number: str, chosen: _List, level: int) -> dict[int, int]:
        counts = self._counts.setdefault(chosen.root, {})
        if (number, level) not in self._begun:
            self._begun.add((number, level))
            if level in chosen.starts:
                counts[level] = chosen.starts[level] - 1
        counts[level] = counts.get(level, chosen.levels[level].start - 1) + 1
        for below in range(level + 1, LEVELS):
            restart = chosen.levels[below].restart if below in chosen.levels else None
            if restart is None or level < restart:
                counts.pop(below, None)
        return counts

    def _list(self, number: str) -> _List | None:
        if number not in self._lists:
            self._lists[number] = self._read(number)
        return self._lists[number]

    def _read(self, number: str) -> _List | None:
        row = self._numbers.get(number)
        if row is None or number == "0":
            return None
        name, root = self._root_of(row)
        for _ in range(MOST_LINKS):
            link = None if root is None else root.find(w("numStyleLink"))
            if link is None:
                break
            linked = self._numbers.get(self._styles.numbered(link.get(VALUE) or "")[0])
            name, root = ("", None) if linked is None else self._root_of(linked)
        if root is None:
            return None
        if name not in self._levels:
            found = (one for element in root.iter(w("lvl")) for one in _level(element))
            self._levels[name] = dict(found)
        levels = dict(self._levels[name])
        starts = {}
        for override in row.iterchildren(w("lvlOverride")):
            at = whole(override.get(w("ilvl"))) or 0
            for element in override.iterchildren(w("lvl")):
                levels.update(_level(element))
            start = override.find(w("startOverride"))
            if start is not None:
                starts[at] = whole(start.get(VALUE)) or 0
                levels[at] = replace(levels.get(at, _Level()), start=starts[at])
        return _List(name, levels, starts)

    def _root_of(self, row: Any) -> tuple[str, Any]:
        found = row.find(w("abstractNumId"))
        name = "" if found is None else found.get(VALUE) or ""
        return name, self._roots.get(name)


def _level(element: Any) -> list[tuple[int, _Level]]:
    number = whole(element.get(w("ilvl")))
    if number is None or not 0 <= number < LEVELS:
        return []

    def told(name: str) -> str | None:
        found = element.find(w(name))
        value: str | None = None if found is None else found.get(VALUE)
        return value

    form = told("numFmt")
    if form is None:
        # A form of newer programs has another beside it that all can write.
        older = element.find(f"{ALTERNATE}/{FALLBACK}/{w('numFmt')}")
        form = "decimal" if older is None else older.get(VALUE) or "decimal"
    start, gap = whole(told("start")), told("suff")
    return [
        (
            number,
            _Level(
                form,
                (told("lvlText") or "")[:MOST_LETTERS],
                0 if start is None else start,
                whole(told("lvlRestart")),
                bool(is_on(element.find(w("isLgl")))),
                "" if gap == "nothing" else " ",
                told("pStyle") or "",
            ),
        )
    ]


def _written(chosen: _List, counts: dict[int, int], row: _Level, at: int) -> str:
    level = chosen.levels.get(at, _Level())
    form = "decimal" if row.is_legal and level.form != "bullet" else level.form
    return "" if form == "bullet" else numeral(counts.get(at, level.start), form)
