"""Styles of a Word file: what they say of text, through the styles that they are based on."""

import re
from dataclasses import dataclass
from typing import Any

from citewire.services.reading.word.names import RUN_LOOK, TABLE_LOOK, VALUE, is_on, w

MOST_BASES = 20
"""Styles based on styles; Word knows no more than about ten."""

_HEADING = re.compile(r"(?:heading (\d)|title)", re.IGNORECASE)
_NO_LEVEL = 9
_RAISED = {"superscript": 1, "subscript": -1, "baseline": 0}


@dataclass(frozen=True, slots=True)
class TextLook:
    """What of the looks of text matters to what it says.

    Args:
        struck: whether it is crossed out.
        hidden: whether it is not shown.
        shift: above 0 if it is raised, below if it is lowered.
    """

    struck: bool = False
    hidden: bool = False
    shift: int = 0


class WordStyles:
    """The styles of a file, by their identities."""

    def __init__(self, root: Any) -> None:
        self._rows: dict[str, Any] = {}
        self._chains: dict[str, list[Any]] = {}
        self._looks: dict[tuple[str, str], TextLook] = {}
        self.usual = ""
        """Of paragraphs that name none."""
        for row in () if root is None else root.iter(w("style")):
            identity = row.get(w("styleId")) or ""
            self._rows[identity] = row
            is_usual = row.get(w("default")) in ("1", "true", "on")
            if is_usual and row.get(w("type"), "paragraph") == "paragraph":
                self.usual = identity
        path = f"{w('docDefaults')}/{w('rPrDefault')}/{RUN_LOOK}"
        self._defaults = None if root is None else root.find(path)

    def look(self, paragraph: str, run: str) -> TextLook:
        """How text of these styles looks: of its paragraph, and of the run itself."""
        key = paragraph, run
        if key not in self._looks:
            self._looks[key] = TextLook(
                struck=self._toggled("strike", key) or bool(self._first("dstrike", key)),
                hidden=self._toggled("vanish", key),
                shift=self._shift(key),
            )
        return self._looks[key]

    def heading_level(self, identity: str) -> int | None:
        """How deep headings of a style lie, from 0: by its name or its place in the outline.

        None if they are no headings. A title lies as deep as the highest.
        """
        names = self.names(identity)
        if names and (level := _named_level(names[0])) is not None:
            return level
        for row in self.chain(identity):
            told = row.find(f"{w('pPr')}/{w('outlineLvl')}")
            if told is not None:
                return outline_level(told)
        return next((level for name in names if (level := _named_level(name)) is not None), None)

    def is_caption(self, identity: str) -> bool:
        """Whether paragraphs of a style are captions."""
        return any(name.lower() == "caption" for name in self.names(identity))

    def names(self, identity: str) -> list[str]:
        """The names of a style and of those that it is based on."""
        found = (row.find(w("name")) for row in self.chain(identity))
        return [(name.get(VALUE) or "") for name in found if name is not None]

    def numbered(self, identity: str) -> tuple[str, int | None]:
        """The list that a style puts its paragraphs in, empty if none, and the level if told."""
        for row in self.chain(identity):
            found = row.find(f"{w('pPr')}/{w('numPr')}/{w('numId')}")
            if found is not None:
                level = row.find(f"{w('pPr')}/{w('numPr')}/{w('ilvl')}")
                return found.get(VALUE) or "", None if level is None else whole(level.get(VALUE))
        return "", None

    def has_part(self, table: str, part: str) -> bool:
        """Whether a style of tables shows a part (`firstRow`, `firstCol`) otherwise."""
        return any(
            element.get(w("type")) == part and len(element) > 0
            for row in self.chain(table)
            for element in row.iterchildren(w("tblStylePr"))
        )

    def is_shaded(self, identity: str) -> bool:
        """Whether a style may put something darker than paper behind text."""
        return any(
            next(row.iter(w("shd")), None) is not None or row.find(TABLE_LOOK) is not None
            for row in self.chain(identity)
        )

    def chain(self, identity: str) -> list[Any]:
        """A style and those that it is based on; where they go in circles, each once."""
        if identity not in self._chains:
            chain: dict[str, Any] = {}
            at = identity
            while at in self._rows and at not in chain and len(chain) < MOST_BASES:
                chain[at] = self._rows[at]
                base = self._rows[at].find(w("basedOn"))
                at = "" if base is None else base.get(VALUE) or ""
            self._chains[identity] = list(chain.values())
        return self._chains[identity]

    def _told(self, name: str, style: str) -> Any:
        """The property `name` as the first style of a chain tells it."""
        for row in self.chain(style):
            found = row.find(f"{RUN_LOOK}/{w(name)}")
            if found is not None:
                return found
        return None

    def _toggled(self, name: str, styles: tuple[str, str]) -> bool:
        # Two styles that both switch it on switch it off again, as in Word.
        default = self._defaults.find(w(name)) if self._defaults is not None else None
        on = [bool(is_on(self._told(name, style))) for style in styles]
        return bool(is_on(default)) or on[0] != on[1]

    def _first(self, name: str, styles: tuple[str, str]) -> bool | None:
        told = (is_on(self._told(name, style)) for style in reversed(styles))
        return next((value for value in told if value is not None), None)

    def _shift(self, styles: tuple[str, str]) -> int:
        for style in reversed(styles):
            found = self._told("vertAlign", style)
            if found is not None:
                return _RAISED.get(found.get(VALUE), 0)
        return 0


def with_own(look: TextLook, own: Any) -> TextLook:
    """`look` with what a run's own properties say over it."""
    struck, double = is_on(own.find(w("strike"))), is_on(own.find(w("dstrike")))
    hidden, raised = is_on(own.find(w("vanish"))), own.find(w("vertAlign"))
    return TextLook(
        look.struck if struck is None and double is None else bool(struck or double),
        look.hidden if hidden is None else hidden,
        look.shift if raised is None else _RAISED.get(raised.get(VALUE), 0),
    )


def outline_level(element: Any) -> int | None:
    """The level that an element tells, from 0; None is that of text."""
    level = whole(element.get(VALUE))
    return None if level is None or level >= _NO_LEVEL else max(level, 0)


def _named_level(name: str) -> int | None:
    found = _HEADING.match(name)
    return None if found is None else max(int(found[1] or 1) - 1, 0)


def whole(text: str | None) -> int | None:
    """The number that `text` is, None if it is none or too long for one."""
    try:
        return int(text) if text and len(text) < 12 else None
    except ValueError:
        return None
