"""What is asked of a reading process, and what it answers."""

from dataclasses import dataclass
from pathlib import Path

from citewire.content.identity import Identity
from citewire.services.reading.ocr.choice import DEFAULT, OcrChoice, OcrMode
from citewire.storage.keys import Fields


@dataclass(frozen=True, slots=True)
class ReadTask:
    """A file to be read and split.

    Args:
        path: where it is.
        size: in bytes, when its hash was taken.
        mtime_ns: when it was last modified then.
        doc_id: id of the document.
        folder: name of the folder through which it is ingested.
        file_name: its name in there.
        max_tokens: longest passage.
        overlap: tokens that neighbours share at most.
        ocr: whether pages without usable text are read from their picture.
        ocr_choice: which OCR reads them.
        title: that a person gave the document; empty to take the file's own.
    """

    path: Path
    size: int
    mtime_ns: int
    doc_id: str
    folder: str
    file_name: str
    max_tokens: int
    overlap: int
    ocr: OcrMode = "auto"
    ocr_choice: OcrChoice = DEFAULT
    title: str = ""


@dataclass(frozen=True, slots=True)
class LookTask:
    """A file of which is only to be found whether it can be read; no answer says that it can.

    Args:
        path: where it is.
        ocr: whether pages without usable text will be read from their picture.
        ocr_choice: which OCR will read them.
    """

    path: Path
    ocr: OcrMode = "auto"
    ocr_choice: OcrChoice = DEFAULT


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a document once it is read; its passages follow in parts."""

    title: str
    language: str
    date: str | None
    notes: tuple[str, ...]
    pages: int
    passages: int
    identity: Identity


@dataclass(frozen=True, slots=True)
class ReadPassage:
    """A passage to be embedded: its fields in Redis, and its rectangles as JSON or nothing."""

    passage_id: str
    text: str
    tokens: int
    fields: Fields
    layout: str = ""


@dataclass(frozen=True, slots=True)
class PassageBatch:
    """Some passages of the document, in order."""

    passages: tuple[ReadPassage, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a file could not be read, for a person."""

    reason: str


@dataclass(frozen=True, slots=True)
class Working:
    """A page was read by OCR: there is more to wait for, and reading has not hung."""


Answer = Head | PassageBatch | Unread
