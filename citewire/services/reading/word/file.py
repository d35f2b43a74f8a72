"""A Word file with its parts: what all of its texts share, and what was noticed while reading."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from citewire.services.reading.flow import FlowBlock
from citewire.services.reading.notes import struck_note, unread_note
from citewire.services.reading.package import OfficePackage
from citewire.services.reading.word.names import (
    BREAK,
    IDENTITY,
    RENDERED_BREAK,
    TYPE,
    VALUE,
    is_on,
    w,
)
from citewire.services.reading.word.numbering import WordNumbering
from citewire.services.reading.word.numerals import numeral
from citewire.services.reading.word.styles import WordStyles, whole

_NOTES = {"footnotes": ("footnote", "decimal"), "endnotes": ("endnote", "lowerRoman")}
"""By the kind of their part: the name of one, and the form of their numbers if none is told."""

_DELETED = (w("delText"), w("t"))

Include = Callable[[bytes, str], list[FlowBlock] | None]
"""Reads an included file by its bytes and the ending of its name; None if it cannot."""


@dataclass(frozen=True, slots=True)
class WordNote:
    """A footnote or endnote that a text refers to: its mark, and the element with its text."""

    kind: str
    mark: str
    body: Any


@dataclass(frozen=True, slots=True)
class WordBlock:
    """A block with what belongs to it.

    Args:
        block: itself.
        is_caption: whether its style says that it is a caption.
        notes: that it refers to.
        ends_section: whether a section of the document ends with it.
    """

    block: FlowBlock
    is_caption: bool = False
    notes: tuple[WordNote, ...] = ()
    ends_section: bool = False


@dataclass(slots=True)
class LeftOut:
    """What was not read of a file."""

    pictures: int = 0
    objects: int = 0
    included: int = 0
    is_too_deep: bool = False
    is_struck: bool = False
    lost: dict[str, None] = field(default_factory=dict)

    def note_deleted(self, element: Any) -> None:
        """Remember whether there is text in what a tracked change took out; moved text is there."""
        is_deleted = element.tag == w("del") and next(element.iter(*_DELETED), None) is not None
        self.is_struck = self.is_struck or is_deleted

    def notes(self) -> list[str]:
        """The same, in words for a person."""
        told = [
            *struck_note(is_struck=self.is_struck),
            *unread_note(self.pictures, "a picture", "pictures"),
            *unread_note(self.objects, "an embedded object", "embedded objects"),
            *unread_note(self.included, "an included file", "included files"),
        ]
        if self.is_too_deep:
            told.append("nested too deeply: parts of it are told as plain text")
        told += (f"the file is damaged: its {kind} cannot be found" for kind in self.lost)
        return told


class WordFile:
    """The parts that all texts of a file share."""

    def __init__(self, package: OfficePackage, root: Any, include: Include) -> None:
        self.package = package
        self.include = include
        self.unread = LeftOut()
        self.styles = WordStyles(self.part("styles"))
        self.numbering = WordNumbering(self.part("numbering"), self.styles)
        self.settings = self.part("settings")
        # Word's own layout knows all breaks; the author's are a part of it.
        rendered = next(root.iter(RENDERED_BREAK), None) is not None
        self.page_break = RENDERED_BREAK if rendered else BREAK
        self._forms = {kind: self._form(kind, root) for kind in _NOTES}
        self._counts = dict.fromkeys(_NOTES, 0)
        self._bodies: dict[str, dict[str, Any]] = {}
        self._marks: dict[tuple[str, str], str] = {}
        self._seen: set[str] = set()

    def part(self, kind: str) -> Any:
        """The root of the part of a kind that the main part points to, None if there is none."""
        name = self.package.related(self.package.main, kind)
        return self.package.xml(name) if name else None

    def is_page_break(self, element: Any) -> bool:
        """Whether a page begins with `element`."""
        return element.tag == self.page_break and (
            self.page_break == RENDERED_BREAK or element.get(TYPE) == "page"
        )

    def note(self, kind: str, reference: Any, custom: str) -> tuple[str, WordNote | None]:
        """The mark that stands for `reference`, and the note, the first time that it is asked for.

        Args:
            kind: of the notes (`footnotes`).
            reference: the element in the text.
            custom: the mark that the author gave it; empty if notes are counted.
        """
        identity = reference.get(IDENTITY) or ""
        if (kind, identity) in self._marks:
            return self._marks[kind, identity], None
        self._counts[kind] += not custom
        mark = custom or numeral(*self._numbered(kind))
        self._marks[kind, identity] = mark
        body = self._notes(kind).get(identity)
        if body is None:
            self.unread.lost[kind] = None
            return mark, None
        return mark, WordNote(kind, mark, body)

    def first_time(self, name: str) -> bool:
        """Whether a part is asked for the first time: what is shown repeatedly is read once."""
        is_first = name not in self._seen
        self._seen.add(name)
        return is_first

    def _numbered(self, kind: str) -> tuple[int, str]:
        start, form = self._forms[kind]
        return start + self._counts[kind] - 1, form

    def _notes(self, kind: str) -> dict[str, Any]:
        if kind not in self._bodies:
            root = self.part(kind)
            rows = () if root is None else root.iterchildren(w(_NOTES[kind][0]))
            self._bodies[kind] = {row.get(IDENTITY) or "": row for row in rows}
        return self._bodies[kind]

    def _form(self, kind: str, root: Any) -> tuple[int, str]:
        name, form = _NOTES[kind]
        start = 1
        places = [self.settings, *root.iter(w("sectPr"))][:2]
        for place in places:
            look = None if place is None else place.find(w(f"{name}Pr"))
            if look is None:
                continue
            told, begins = look.find(w("numFmt")), look.find(w("numStart"))
            form = form if told is None else told.get(VALUE) or form
            start = start if begins is None else whole(begins.get(VALUE)) or start
        return start, form

    def shows_even_margins(self) -> bool:
        """Whether pages with even numbers have headers of their own."""
        found = None if self.settings is None else self.settings.find(w("evenAndOddHeaders"))
        return bool(is_on(found))
