"""Every note of how a file was read has a Spanish form in the table that the client reads."""

import ast
import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from citewire.services.reading.notes import coded_note, damaged_note, page_notes, struck_note

ROOT = Path(__file__).parents[2]
READING = ROOT / "citewire/services/reading"
FORMS: list[list[str]] = json.loads(
    (ROOT / "frontend/src/strings/notes.es.json").read_text("utf-8")
)
MAKERS = re.compile(r"_?(?:\w+_)?notes?|remedy|why_no_ocr")
APART = frozenset({"unread_note", "pages"})
"""What a note says is given to the first by its callers; the second gives numbers and a verb."""
_CHOICE = re.compile(r"<([^|>]*)\|([^>]*)>")


def expanded(form: str) -> list[str]:
    return [_CHOICE.sub(rf"\{way}", form) for way in (1, 2)]


ENGLISH = [one for english, _ in FORMS for one in expanded(english)]


def texts_in(node: ast.AST) -> Iterator[str]:
    """The literal pieces of what a node makes, without docstrings."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def said_by(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef) and MAKERS.fullmatch(node.name):
            if node.name not in APART:
                yield from chain.from_iterable(map(texts_in, node.body[1:]))
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in ("notes.append", "OcrError", "unread_note", "Guess"):
                yield from chain.from_iterable(map(texts_in, node.args))
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "CUT_OFF":
            yield from texts_in(node.value)


def pieces() -> Iterator[tuple[str, str]]:
    for path in sorted(READING.rglob("*.py")):
        for text in said_by(ast.parse(path.read_text("utf-8"))):
            if " " in text and len(re.findall(r"[a-z]{2,}", text)) > 1:
                yield path.name, text


def test_every_piece_of_a_note_is_in_the_table() -> None:
    found = set(pieces())
    assert len(found) > 40
    assert [
        one for one in sorted(found) if not any(one[1].strip() in line for line in ENGLISH)
    ] == []


def matched(note: str) -> list[str]:
    forms = (r"(.+?)".join(map(re.escape, re.split(r"\{\d\}", line))) for line in ENGLISH)
    return [form for form in forms if re.fullmatch(form, note, re.DOTALL)]


def notes() -> Iterator[str]:
    for count in (1, 3):
        numbers = [*range(2, 2 + count)]
        for remedy in ("", "install rapidocr to read it with OCR"):
            yield from page_notes(
                unmapped=numbers,
                broken=numbers,
                lost=numbers,
                scanned=numbers,
                struck=numbers,
                outside=numbers,
                no_ocr=remedy,
            )
        yield from damaged_note([count])
    yield from struck_note(is_struck=True)
    yield from coded_note([True])


@pytest.mark.parametrize("note", dict.fromkeys(notes()))
def test_whole_notes_have_a_form(note: str) -> None:
    assert matched(note)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: str(form[0])[:40])
def test_both_languages_tell_of_the_same(form: list[str]) -> None:
    english, spanish = (
        [sorted(set(re.findall(r"\{\d\}", one))) for one in expanded(side)] for side in form
    )
    assert english == spanish
    assert "<" in form[0] or "<" not in form[1]
