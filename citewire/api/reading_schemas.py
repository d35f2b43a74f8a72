"""What crosses the wire of a document that is read from its first page to its last."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from citewire.services.citations.model import Source
from citewire.services.citations.rectangles import Rectangle


class OutlineEntry(BaseModel):
    """A line of an outline; `level` is 0 at the top.

    `passage` is the place of the first passage under it among those of the document, from 0; null
    for what the file itself says.
    """

    model_config = ConfigDict(from_attributes=True)

    title: str
    level: int = 0
    page: int
    passage: int | None = None


class OutlineView(BaseModel):
    """The outline of a document, from its `file` or from the `headings` as they were read.

    `page_sizes` are [width, height] in points as displayed, page by page; empty for all but PDFs
    that are there. `page_labels` are what the pages are called, empty where nothing was read;
    `kinds` how many passages are text, tables and figures.
    """

    doc_id: str
    origin: Literal["file", "headings"]
    entries: list[OutlineEntry]
    page_sizes: list[tuple[float, float]]
    page_labels: list[str]
    kinds: dict[str, int]


class DocumentPassages(BaseModel):
    """Passages of a document in its order, as the sources of an answer are told.

    `n` is the place of each among them all, from 1; `total` says how many there are.
    """

    passages: list[Source]
    total: int


class HitView(BaseModel):
    """A place where searched words stand, with what stands around it.

    `passage` is the place of its passage among those of the document, from 0; `start` and `end`
    count UTF-16 code units in that passage's text.
    """

    model_config = ConfigDict(from_attributes=True)

    passage: int
    passage_id: str
    page: int
    page_label: str
    start: int
    end: int
    before: str
    text: str
    after: str
    rectangles: list[Rectangle]


class HitsView(BaseModel):
    """The places where words stand in a document, in its order; `more` if these are not all."""

    model_config = ConfigDict(from_attributes=True)

    hits: list[HitView]
    more: bool
