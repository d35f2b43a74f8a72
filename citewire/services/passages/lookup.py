"""A passage that was cited: what it says, where it stands on its page, where a quote stands in it.

Nothing is opened for it: text and rectangles were stored when the report was ingested.
"""

from dataclasses import dataclass

from citewire.errors import PassageNotFound
from citewire.services.citations.locating import Match
from citewire.services.citations.quotes import locate
from citewire.services.citations.rectangles import Rectangle, rectangles
from citewire.services.passages.layout import PassageLayout
from citewire.storage.library.passage_read import PassageReader, StoredPassage
from citewire.text.offsets import utf16_length


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage with its layout."""

    stored: StoredPassage
    layout: PassageLayout

    def rectangles(self, start: int, end: int) -> list[Rectangle]:
        """Around its characters `start` to `end`, one per line; none without a layout."""
        stored = self.stored
        return rectangles(
            self.layout.lines, text=stored.text, offset=stored.start, start=start, end=end
        )

    @property
    def lines(self) -> list[Rectangle]:
        """Around all of it, one per line."""
        return self.rectangles(0, len(self.stored.text))


@dataclass(frozen=True, slots=True)
class Highlights:
    """Where a quote stands in a passage.

    Args:
        match: how it was found.
        quote: the words as the passage has them, empty if they were not found.
        start: where they begin in the passage, in UTF-16 code units.
        end: where they end, exclusive.
        rectangles: around them, one per line.
    """

    match: Match
    quote: str
    start: int
    end: int
    rectangles: list[Rectangle]


async def find_passage(passages: PassageReader, passage_id: str, owner: str) -> FoundPassage:
    """The owner's passage of that id, as it is stored now.

    Raises:
        PassageNotFound: the owner has none.
        StorageUnavailable, StorageError: Redis does not answer, or refuses.
    """
    stored = await passages.read(passage_id, owner)
    if stored is None:
        raise PassageNotFound(f"there is no passage {passage_id}")
    layout = (
        PassageLayout(stored.page, None, ())
        if stored.layout is None
        else PassageLayout.from_json(stored.layout)
    )
    return FoundPassage(stored, layout)


def highlights(passage: FoundPassage, quote: str) -> Highlights:
    """Where `quote` stands in `passage`."""
    text = passage.stored.text
    found = locate(quote, text)
    return Highlights(
        match=found.match,
        quote=found.text,
        start=utf16_length(text[: found.start]),
        end=utf16_length(text[: found.end]),
        rectangles=passage.rectangles(found.start, found.end),
    )
