"""Headers and footers of a Word file: each once, where its section begins."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from citewire.services.reading.flow import FlowBlock
from citewire.services.reading.word.file import WordFile
from citewire.services.reading.word.names import RELATION, TYPE, is_on, w
from citewire.services.reading.word.story import Story

_REFERENCES = (w("headerReference"), w("footerReference"))


class Margins:
    """The headers and footers of all sections, of which each gives what was not told yet."""

    def __init__(self, file: WordFile, sections: Sequence[Any]) -> None:
        self._file = file
        self._sections = sections
        self._next = 0
        self._kinds: dict[tuple[str, str], str] = {}
        """What each kind shows: a section without one of its own has that of the one before."""
        self._texts: set[str] = set()

    def blocks(self, section: int) -> Iterator[FlowBlock]:
        """What is new in the margins of the section with this number, and of those before it."""
        while self._next <= section and self._next < len(self._sections):
            element = self._sections[self._next]
            self._next += 1
            for tag in _REFERENCES:
                for reference in element.iterchildren(tag):
                    kind = tag, reference.get(TYPE) or "default"
                    self._kinds[kind] = reference.get(f"{RELATION}id") or ""
            for (_, pages), identity in self._kinds.items():
                if pages == "default" or self._is_shown(element, pages):
                    yield from self._new(identity)

    def rest(self) -> Iterator[FlowBlock]:
        """What is new in all sections that are left."""
        yield from self.blocks(len(self._sections))

    def _is_shown(self, section: Any, pages: str) -> bool:
        if pages == "first":
            return bool(is_on(section.find(w("titlePg"))))
        return self._file.shows_even_margins()

    def _new(self, identity: str) -> Iterator[FlowBlock]:
        package = self._file.package
        relation = package.relations(package.main).get(identity)
        if relation is None or not self._file.first_time(f"margin {relation.target}"):
            return
        root = package.xml(relation.target) if relation.is_there else None
        if root is None:
            self._file.unread.lost["header or footer"] = None
            return
        story = Story(self._file, relation.target, is_margin=True)
        blocks = [replace(part.block, page_break=False) for part in story.blocks(root)]
        lines = (block.text.strip() for block in blocks if block.grid is None and not block.hidden)
        text = "\n".join(line for line in lines if line)
        # The number of the page alone says nothing.
        if text not in self._texts and any(map(str.isalpha, text)):
            self._texts.add(text)
            yield FlowBlock("text", text)
        yield from (block for block in blocks if block.grid is not None or block.hidden)
