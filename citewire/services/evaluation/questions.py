"""The questions of an evaluation: a file of JSON lines, each with the pages that answer it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from citewire.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """One question.

    Args:
        name: its `id` (or `qid`), or the number of its line.
        text: as it is asked.
        answerable: whether the reports answer it.
        pages: file name and physical page of each page that does, if known.
        follow_up: name of the question in whose chat it is asked, None for one of its own.
    """

    name: str
    text: str
    answerable: bool
    pages: frozenset[tuple[str, int]]
    follow_up: str | None = None


def lines_of(path: Path) -> list[str]:
    """The lines of a file that somebody measures with.

    Raises:
        ConfigurationError: it cannot be read.
    """
    try:
        return path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from error


def read_questions(path: Path) -> list[AskedQuestion]:
    """The questions in `path`.

    A line is an object with `question`, `answerable` (true if left out), the name of the file
    `doc` (or `document`) and the pages `evidence_pages` (or `pages`), physical, from 1; or, where
    several files have them, `evidence_places`, objects with `doc` and `page`. Further fields
    are left alone.

    Raises:
        ConfigurationError: the file cannot be read, or a line is no such object; it names which.
    """
    lines = enumerate(lines_of(path), 1)
    questions = [_question(path, number, line) for number, line in lines if line]
    known: set[str] = set()
    for question in questions:
        if question.follow_up is not None and question.follow_up not in known:
            raise ConfigurationError(
                f"{path}: {question.name} follows up {question.follow_up}, which is not before it"
            )
        known.add(question.name)
    return questions


def _question(path: Path, number: int, line: str) -> AskedQuestion:
    try:
        asked: dict[str, Any] = json.loads(line)
        document = asked.get("doc") or asked.get("document") or ""
        pages = asked.get("evidence_pages") or asked.get("pages") or ()
        evidence = {(document, int(page)) for page in pages}
        evidence |= {
            (place["doc"], int(place["page"])) for place in asked.get("evidence_places") or ()
        }
        return AskedQuestion(
            name=str(asked.get("id") or asked.get("qid") or number),
            text=asked["question"],
            answerable=bool(asked.get("answerable", True)),
            pages=frozenset(evidence),
            follow_up=asked.get("follow_up"),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"{path}, line {number}: not a question with its pages ({error!r})"
        ) from error
