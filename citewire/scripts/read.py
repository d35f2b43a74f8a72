"""`citewire read`: what would be taken from a file, page by page; nothing is stored."""

import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from citewire.content.markdown import page_markdown
from citewire.content.report import Block, Page, Report
from citewire.content.table import Table, rows_of
from citewire.errors import UnreadableDocument
from citewire.scripts.plain_text import escaped, harmless, harmless_name
from citewire.services.reading.ocr.choice import DEFAULT, OcrChoice, OcrMode
from citewire.services.reading.read import read_report
from citewire.services.reading.withholding import withhold

Form = Literal["markdown", "json"]


def read(files: Sequence[Path], *, form: Form, ocr: OcrMode, engine: OcrChoice = DEFAULT) -> int:
    """Print what is read of `files`; gives the exit code, 1 if one of them cannot be read.

    Notes go to the error output in Markdown, and are part of the JSON.
    """
    failed = False
    answers: list[dict[str, Any]] = []
    for path in files:
        try:
            report = _report(path, ocr, engine)
        except UnreadableDocument as error:
            failed = True
            print(harmless_name(f"{path}: not read: {error}"), file=sys.stderr)
            answers.append({"file": str(path), "error": str(error)})
            continue
        answers.append({"file": str(path), **to_json(report)} if form == "json" else {})
        if form == "markdown":
            is_named = len(files) > 1
            print(_file_comment(path) * is_named + harmless(to_markdown(report)) + "\n" * is_named)
            for note in report.notes:
                print(harmless_name(f"note: {path.name}: {note}"), file=sys.stderr)
    if form == "json":
        found = answers if len(files) > 1 else answers[0]
        print(escaped(json.dumps(found, ensure_ascii=False, indent=1)))
    return int(failed)


def _report(path: Path, ocr: OcrMode, engine: OcrChoice) -> Report:
    if path.is_dir():
        raise UnreadableDocument("a folder: name files, or take in all of it by `citewire ingest`")
    if path.exists() and not path.is_file():
        # Reading a pipe that nobody writes to would wait without an end.
        raise UnreadableDocument("it is not a regular file")
    return withhold(read_report(path, ocr=ocr, engine=engine), path.name)


def _file_comment(path: Path) -> str:
    # Which of several files it is; no name ends the comment.
    name = harmless_name(str(path)).encode("utf-8", "replace").decode().replace("--", "- -")
    return f"<!-- file {name} -->\n\n"


def to_markdown(report: Report) -> str:
    """The pages of `report`, each after a comment with its number."""
    return "\n\n".join(
        f"<!-- page {page.number} -->\n\n{page_markdown(page)}" for page in report.pages
    )


def to_json(report: Report) -> dict[str, Any]:
    """All of `report`: title, language, date, notes, and its pages with blocks and tables."""
    return {
        "title": report.title,
        "language": report.language,
        "date": report.date,
        "notes": list(report.notes),
        "pages": [_page(page) for page in report.pages],
    }


def _page(page: Page) -> dict[str, Any]:
    return {
        "number": page.number,
        "label": page.label,
        "size": page.size,
        "text": page.text,
        "blocks": [_block(block, page.text) for block in page.blocks],
        "withheld": [dataclasses.asdict(stretch) for stretch in page.withheld],
    }


def _block(block: Block, text: str) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": block.kind, "start": block.start, "end": block.end}
    if block.table is not None:
        told["table"] = _table(block.table, text)
    if block.box is not None:
        told["box"] = block.box
    return told


def _table(table: Table, text: str) -> dict[str, Any]:
    return {
        "caption": text[slice(*table.caption)] if table.caption else "",
        "unit": text[slice(*table.unit)] if table.unit else "",
        "header_rows": table.header_rows,
        "header_columns": table.header_columns,
        "continues": table.continues,
        "sheet": table.sheet,
        "rows": list(rows_of(table, text)),
        "merged": [
            {"row": cell.row, "column": cell.column, "rows": cell.rows, "columns": cell.columns}
            for cell in table.cells
            if cell.rows > 1 or cell.columns > 1
        ],
    }
