"""`citewire read`: what is taken from a file, as Markdown or JSON, and what cannot be read."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from citewire.scripts.cli import main
from citewire.services.ingest.folders import list_folders
from tests.doubles.small_pdfs import draw_pdf

HTML = """<html><head><title>Port report</title>
<meta name="date" content="2024-03-01"></head><body><h1>Port report</h1>
<p>Traffic rose by 12.5<sup>1</sup> million.</p>
<table><caption>Ships</caption>
<tr><th rowspan="2">Port</th><th colspan="2">Ships</th></tr><tr><th>2023</th><th>2024</th></tr>
<tr><td>Cádiz</td><td>1,234</td><td>1,300</td></tr>
<tr><td>Vigo</td><td>987</td><td></td></tr></table></body></html>"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.html"
    path.write_text(HTML, "utf-8")
    return path


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_pages_and_tables_as_markdown(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(report)]) == 0
    out, err = capsys.readouterr()

    assert out.startswith("<!-- page 1 -->\n\n## Port report\n")
    assert "Traffic rose by 12.5 [1] million." in out
    assert "| Cádiz | 1,234 | 1,300 |" in out
    assert not err


@pytest.mark.parametrize(
    "name",
    ["a.rtf", "a.json", "a.xml", "a.msg", "a.doc", "a.odt", "a.eml", "a.zip", "a.parquet", "notes"],
)
def test_what_ingestion_skips_is_refused_in_the_same_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"Words that could be read.")
    ((_, reason),) = list_folders([tmp_path]).skipped.named

    assert main(["read", str(path)]) == 1
    assert capsys.readouterr().err == f"{path}: not read: {reason}\n"


def test_each_page_has_its_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "The first page says this.")
        canvas.showPage()
        canvas.drawString(60, 700, "The second page says that.")

    assert main(["read", "--ocr", "off", str(draw_pdf(tmp_path / "a.pdf", draw))]) == 0
    out = capsys.readouterr().out

    assert out == (
        "<!-- page 1 -->\n\nThe first page says this.\n\n"
        "<!-- page 2 -->\n\nThe second page says that.\n"
    )


def test_notes_go_to_the_error_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "There is more on the next page.")
        canvas.showPage()
        canvas.rect(100, 100, 300, 400, fill=1)

    path = draw_pdf(tmp_path / "a.pdf", draw)
    assert main(["read", "--ocr", "off", "--format", "json", str(path)]) == 0
    notes = told(capsys)["notes"]

    assert main(["read", "--ocr", "off", str(path)]) == 0
    assert capsys.readouterr().err.splitlines() == [f"note: a.pdf: {note}" for note in notes]


def test_all_that_is_known_as_json(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "--format", "json", str(report)]) == 0
    found = told(capsys)
    (page,) = found["pages"]
    (table,) = [block["table"] for block in page["blocks"] if block["kind"] == "table"]

    assert found["file"] == str(report)
    assert (found["title"], found["date"], found["notes"]) == ("Port report", "2024-03-01", [])
    assert page["number"] == 1
    assert (
        page["text"][slice(page["blocks"][0]["start"], page["blocks"][0]["end"])] == "Port report"
    )
    assert table["caption"] == "Ships"
    assert table["header_rows"] == 2
    assert table["rows"] == [
        ["Port", "Ships", "Ships"],
        ["Port", "2023", "2024"],
        ["Cádiz", "1,234", "1,300"],
        ["Vigo", "987", ""],
    ]
    assert table["merged"] == [
        {"row": 0, "column": 0, "rows": 2, "columns": 1},
        {"row": 0, "column": 1, "rows": 1, "columns": 2},
    ]


def test_several_files_with_one_that_is_not_there(
    report: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = tmp_path / "b.txt"
    plain.write_text("Something else.", "utf-8")
    files = [str(tmp_path / "gone.txt"), str(report), str(plain)]

    assert main(["read", *files]) == 1
    out, err = capsys.readouterr()
    assert out.startswith(f"<!-- file {report} -->\n\n<!-- page 1 -->\n\n## Port report\n")
    assert out.endswith(f"\n\n<!-- file {plain} -->\n\n<!-- page 1 -->\n\nSomething else.\n\n")
    assert err == f"{files[0]}: not read: cannot be opened: No such file or directory\n"

    assert main(["read", "--format", "json", *files]) == 1
    found = told(capsys)
    assert [one["file"] for one in found] == files
    assert ["error" in one for one in found] == [True, False, False]


def locked(folder: Path) -> Path:
    canvas = Canvas(str(folder / "locked.pdf"), encrypt=StandardEncryption("one", "two"))
    canvas.drawString(60, 700, "Secret.")
    canvas.save()
    return folder / "locked.pdf"


def empty(folder: Path) -> Path:
    (folder / "empty.txt").touch()
    return folder / "empty.txt"


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.txt")
    return folder / "pipe.txt"


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (pipe, "it is not a regular file"),
        (lambda folder: folder, "a folder: name files, or take in all of it by `citewire ingest`"),
        (lambda folder: folder / "gone.pdf", "cannot be opened: No such file or directory"),
        (locked, "encrypted: it needs a password to be opened"),
        (empty, "the file is empty"),
    ],
)
def test_what_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], make: Any, why: str
) -> None:
    path = make(tmp_path)

    assert main(["read", str(path)]) == 1
    assert capsys.readouterr() == ("", f"{path}: not read: {why}\n")
    assert main(["read", "--format", "json", str(path)]) == 1
    assert told(capsys) == {"file": str(path), "error": why}


def test_no_terminal_obeys_what_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a\x1b[2J\nb\x9b--> c.txt"
    path.write_text("Sales\u202e rose\x9b2J by \x1b]0;5\x07 %.", "utf-8")
    dangerous = {"\x1b", "\x9b", "\x07", "\u202e"}

    for form in ("markdown", "json"):
        assert main(["read", "--format", form, str(path), str(path), str(tmp_path / "x\x1b")]) == 1
        out, err = capsys.readouterr()
        assert not dangerous & set(out + err)
        assert form == "json" or "--> c" not in out
        assert err.count("\n") == 1
    assert json.loads(out)[0]["file"] == str(path)


def test_a_name_that_is_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/a\xff.txt")
    Path(path).write_text("Something.", "utf-8")

    assert main(["read", path, path]) == 0
    assert "Something." in capsys.readouterr().out
    assert main(["read", "--format", "json", path]) == 0
    assert told(capsys)["file"] == path


def test_the_help_says_that_pages_may_be_read_by_ocr(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["read", "--help"])

    assert "OCR" in capsys.readouterr().out
