"""What is said of how files were read, and why not, has a Spanish form that the client reads."""

import ast
import inspect
import json
import re
import zipfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from citewire import errors
from citewire.content.outdated import Outdated
from citewire.errors import DocumentError, ModelError, UnreadableDocument
from citewire.services.reading.formats import FORMATS, why_not_read
from citewire.services.reading.notes import coded_note, damaged_note, page_notes, struck_note
from citewire.services.reading.read import read_report
from citewire.services.reading.told_format import format_of

ROOT = Path(__file__).parents[2]
SERVICES = ROOT / "citewire/services"
READING = SERVICES / "reading"
STRINGS = ROOT / "frontend/src/strings"
FORMS: list[list[str]] = [
    form
    for name in ("notes.es.json", "failures.es.json")
    for form in json.loads((STRINGS / name).read_text("utf-8"))
]
FAILING = [
    *sorted(READING.rglob("*.py")),
    *sorted((SERVICES / "ingest").rglob("*.py")),
    *(SERVICES / f"models/{name}.py" for name in ("faults", "openai_embedding", "wire")),
]
"""Modules of which a file may tell that it failed; models, since its passages are embedded."""
ERRORS = frozenset(
    name
    for name, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, (DocumentError, ModelError))
) | {"BadRequest", "Unread"}
STREAMS = "PowerPoint Document"
"""No sentence, but the name of what such a file holds."""
WHY = re.compile(r"_?why_\w+")
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


def failures() -> Iterator[tuple[str, str]]:
    """The pieces of what is told of a file that failed, with those that are named first."""
    modules = {path: ast.parse(path.read_text("utf-8")) for path in FAILING}
    named: dict[str, list[ast.AST]] = {}
    for path, module in modules.items():
        for node in ast.walk(module):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                name = node.targets[0].id
                # Constants are imported by others.
                named.setdefault(name if name.isupper() else f"{path} {name}", []).append(
                    node.value
                )
    for path, module in modules.items():
        for part in chain.from_iterable(map(told_of_failure, ast.walk(module))):
            names = [one.id for one in ast.walk(part) if isinstance(one, ast.Name)]
            values = [named.get(one if one.isupper() else f"{path} {one}", []) for one in names]
            for text in chain.from_iterable(map(texts_in, [part, *chain(*values)])):
                if text != STREAMS and " " in text and len(re.findall(r"[a-z]{2,}", text)) > 1:
                    yield path.name, text


def told_of_failure(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.FunctionDef) and WHY.fullmatch(node.name):
        yield from node.body[1:] if ast.get_docstring(node) else node.body
    elif isinstance(node, ast.Call) and ast.unparse(node.func) in ERRORS:
        yield from node.args
    elif isinstance(node, ast.Call):
        yield from (one.value for one in node.keywords if one.arg == "reason")


def test_every_piece_of_why_a_file_failed_is_in_the_table() -> None:
    found = set(failures())
    assert len(found) > 60
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


def in_english(note: str) -> list[str]:
    """The words of a note for which the client has no Spanish, also in what a form holds."""
    for line in ENGLISH:
        form = "(.+?)".join(map(re.escape, re.split(r"\{\d\}", line)))
        if found := re.fullmatch(form, note, re.DOTALL):
            return [word for part in found.groups() for word in in_english(part)]
    if "; " in note:
        return [word for part in note.split("; ") for word in in_english(part)]
    return re.findall(r"\b[a-z]{2,}\b", note)


ENDINGS = ["", *".doc .pps .xlt .odt .eml .vsd .svg .zip .json .unheard".split()]


@pytest.mark.parametrize("ending", ENDINGS)
def test_why_a_format_is_not_read_is_told_without_a_word_of_english(ending: str) -> None:
    assert in_english(why_not_read(ending)) == []


def test_why_an_archive_is_no_report_names_the_formats_as_they_are(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "report.docx", "w") as archive:
        archive.writestr("text.txt", "Sales rose.")
    with pytest.raises(UnreadableDocument) as raised:
        format_of(tmp_path / "report.docx")
    assert in_english(str(raised.value)) == []


@pytest.mark.parametrize("suffix", [next(iter(row.media_types)) for row in FORMATS])
@pytest.mark.parametrize(
    "content", [b"", b" \n", bytes(range(4)) * 200], ids=["empty", "blank", "binary"]
)
def test_a_file_that_fails_is_told_without_a_word_of_english(
    tmp_path: Path, suffix: str, content: bytes
) -> None:
    path = tmp_path / f"report{suffix}"
    path.write_bytes(content)
    with pytest.raises(UnreadableDocument) as raised:
        read_report(path, ocr="off")
    assert in_english(str(raised.value)) == []


def test_that_an_older_version_stays_is_told_with_the_reason() -> None:
    kept = Outdated("2024-04-01T12:00:00+00:00").kept
    assert in_english(f"encrypted: it needs a password to be opened; {kept}") == []


@pytest.mark.parametrize("form", FORMS, ids=lambda form: str(form[0])[:40])
def test_both_languages_tell_of_the_same(form: list[str]) -> None:
    english, spanish = (
        [sorted(set(re.findall(r"\{\d\}", one))) for one in expanded(side)] for side in form
    )
    assert english == spanish
    assert "<" in form[0] or "<" not in form[1]
