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
from citewire.scripts.plain_text import harmless
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
    for number, path in enumerate(files):
        try:
            report = withhold(read_report(path, ocr=ocr, engine=engine))
        except UnreadableDocument as error:
            failed = True
            print(harmless(f"{path}: not read: {error}"), file=sys.stderr)
            answers.append({"file": str(path), "error": str(error)})
            continue
        if form == "markdown":
            print(harmless("\n" * (number > 0) + to_markdown(report)))
            for note in report.notes:
                print(harmless(f"note: {path.name}: {note}"), file=sys.stderr)
        else:
            answers.append({"file": str(path), **to_json(report)})
    if form == "json":
        print(json.dumps(answers if len(files) > 1 else answers[0], ensure_ascii=False, indent=1))
    return int(failed)


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
