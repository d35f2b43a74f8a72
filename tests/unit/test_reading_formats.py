"""Word, PowerPoint, HTML, Markdown and text: what is read, on which page, and what is refused."""

import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from pptx import Presentation
from pptx.util import Inches

from citewire.content.report import Report
from citewire.errors import UnreadableDocument
from citewire.services.reading.flow import PAGE_CHARS
from citewire.services.reading.formats import FORMATS, SUFFIXES
from citewire.services.reading.read import read_report
from tests.doubles.small_pdfs import write_pdf

BODY = "The harbour authority counted four hundred ships last year, and most carried grain."


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def found(report: Report) -> list[tuple[int, str, str]]:
    """Page, kind and text of each block."""
    return [
        (page.number, block.kind, page.text[block.start : block.end])
        for page in report.pages
        for block in page.blocks
    ]


def texts(report: Report) -> str:
    return "\n".join(page.text for page in report.pages)


def write_docx(path: Path, fill: Callable[[DocxDocument], object]) -> Path:
    document = Document()
    fill(document)
    document.save(str(path))
    return path


def add_report(document: DocxDocument) -> None:
    document.add_heading("Harbour Report", level=1)
    document.add_paragraph(BODY)
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, [("Year", "Ships"), ("2024", "400")], strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    document.add_paragraph("On the second page.")


def test_what_stands_in_content_controls_of_a_word_file_is_read(tmp_path: Path) -> None:
    def fill(document: DocxDocument) -> None:
        for paragraph in (document.add_heading("Harbour Report", 1), document.add_paragraph(BODY)):
            control = OxmlElement("w:sdt")
            content = OxmlElement("w:sdtContent")
            paragraph._p.addprevious(control)
            control.append(content)
            content.append(paragraph._p)

    assert found(read_report(write_docx(tmp_path / "a.docx", fill))) == [
        (1, "heading", "Harbour Report"),
        (1, "text", BODY),
    ]


def test_a_word_file_keeps_headings_tables_and_pages(tmp_path: Path) -> None:
    assert found(read_report(write_docx(tmp_path / "a.docx", add_report))) == [
        (1, "heading", "Harbour Report"),
        (1, "text", BODY),
        (1, "table", "Year | Ships\n2024 | 400"),
        (2, "text", "On the second page."),
    ]


def test_a_word_file_tells_title_and_date(tmp_path: Path) -> None:
    def fill(document: DocxDocument) -> None:
        document.core_properties.title = "Ships and Grain"
        document.core_properties.created = datetime(2024, 3, 31)
        document.add_paragraph(BODY)

    report = read_report(write_docx(tmp_path / "a.docx", fill))

    assert (report.title, report.date) == ("Ships and Grain", "2024-03-31")


def test_a_word_file_without_properties_is_called_by_its_heading(tmp_path: Path) -> None:
    report = read_report(write_docx(tmp_path / "a.docx", add_report))

    assert (report.title, report.date) == ("Harbour Report", None)


def test_a_table_of_many_rows_is_read_in_time(tmp_path: Path) -> None:
    def fill(document: DocxDocument) -> None:
        rows = "".join("<w:tr><w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc></w:tr>" * 20_000)
        table = document.add_table(rows=1, cols=1)._tbl
        namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
        from docx.oxml import parse_xml

        for row in parse_xml(f'<w:tbl xmlns:w="{namespace}">{rows}</w:tbl>'):
            table.append(row)

    report = read_report(write_docx(tmp_path / "a.docx", fill))

    assert texts(report).count("x") == 20_000


def write_pptx(path: Path) -> Path:
    presentation = Presentation()
    first = presentation.slides.add_slide(presentation.slide_layouts[1])
    first.shapes.title.text = "Ships"
    first.placeholders[1].text = "More grain\nLess oil"
    first.notes_slide.notes_text_frame.text = "Say hello"
    presentation.slides.add_slide(presentation.slide_layouts[6])
    third = presentation.slides.add_slide(presentation.slide_layouts[5])
    third.shapes.title.text = "Figures"
    one = Inches(1)
    table = third.shapes.add_table(2, 2, one, one, one, one).table
    for place, text in {(0, 0): "Year", (0, 1): "Ships", (1, 0): "2024", (1, 1): "400"}.items():
        table.cell(*place).text = text
    presentation.save(str(path))
    return path


def test_a_slide_is_a_page(tmp_path: Path) -> None:
    report = read_report(write_pptx(tmp_path / "a.pptx"))

    assert len(report.pages) == 3
    assert found(report) == [
        (1, "heading", "Ships"),
        (1, "text", "More grain\nLess oil"),
        (1, "text", "Notes: Say hello"),
        (3, "heading", "Figures"),
        (3, "table", "Year | Ships\n2024 | 400"),
    ]


HTML = """<!DOCTYPE html><html><head><title>Harbour Report 2024</title>
<meta name="date" content="2024-03-31"><style>p { color: red }</style>
<script>document.write("evil")</script></head><body>
<nav>Menu of the site</nav><h1>Ships</h1>
<p>Four <b>hundred</b>
ships.<br>Next line.</p><p hidden>secret one</p><p style="display: none">secret two</p>
<table><tr><th>Year</th><th>Ships</th></tr><tr><td>2024</td><td><p>400</p></td></tr></table>
<ul><li>grain</li><li>oil</li></ul><pre>kept
  as is</pre></body></html>"""


def test_html_is_read_as_it_is_seen(tmp_path: Path) -> None:
    report = read_report(write(tmp_path / "a.html", HTML))

    assert (report.title, report.date) == ("Harbour Report 2024", "2024-03-31")
    assert found(report) == [
        (1, "heading", "Ships"),
        (1, "text", "Four hundred ships.\nNext line."),
        (1, "text", "secret one"),
        (1, "text", "secret two"),
        (1, "table", "Year | Ships\n2024 | 400"),
        (1, "text", "• grain"),
        (1, "text", "• oil"),
        (1, "text", "kept\n  as is"),
    ]
    [page] = report.pages
    assert [page.text[one.start : one.end] for one in page.withheld] == ["secret one", "secret two"]


def test_html_nested_without_end_is_read_as_far_as_it_goes_and_that_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "a.html", "<html><body>first" + "<div>" * 100_000 + "last")

    report = read_report(path)

    assert "first" in texts(report)
    assert "nested too deeply" in "".join(report.notes)


def test_html_with_tags_that_nobody_closes_is_read_to_its_end(tmp_path: Path) -> None:
    lines = "".join(f"<p><font size=2>Paragraph {n}.\n" for n in range(600))
    path = write(tmp_path / "a.html", f"<html><body>{lines}")

    report = read_report(path)

    assert "Paragraph 599." in texts(report)
    assert report.notes == ()


def test_a_very_long_paragraph_of_html_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.html", f"<p>{'Some words. ' * 1_000_000}</p><p>The end.</p>")

    assert "The end." in texts(read_report(path))


def test_files_named_in_html_are_not_opened(tmp_path: Path) -> None:
    write(tmp_path / "secret.txt", "secret words")
    entity = f'<!DOCTYPE html [<!ENTITY e SYSTEM "file://{tmp_path}/secret.txt">]>'
    path = write(tmp_path / "a.html", f"{entity}<html><body><p>Ships &e; grain</p></body></html>")

    assert "secret words" not in texts(read_report(path))


def test_a_declared_encoding_is_taken(tmp_path: Path) -> None:
    html = '<html><head><meta charset="windows-1251"></head><body><p>Корабли</p></body></html>'
    path = write(tmp_path / "a.html", html.encode("cp1251"))

    assert texts(read_report(path)) == "Корабли"


MARKDOWN = """---
title: "Harbour Report"
date: 2024-03-31
---
# Ships

Four *hundred* [ships](https://example.org)
came.

- grain

| Year | Ships |
|------|-------|
| 2024 | 400   |

```
a = 1
```
"""


def test_markdown_is_read_without_its_marks(tmp_path: Path) -> None:
    report = read_report(write(tmp_path / "a.md", MARKDOWN))

    assert (report.title, report.date) == ("Harbour Report", "2024-03-31")
    assert found(report) == [
        (1, "heading", "Ships"),
        (1, "text", "Four hundred ships\ncame."),
        (1, "text", "• grain"),
        (1, "table", "Year | Ships\n2024 | 400"),
        (1, "text", "a = 1"),
    ]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "cp1252"]
)
def test_the_encoding_of_a_text_is_told(tmp_path: Path, encoding: str) -> None:
    text = "Café du port. Les navires étaient nombreux cette année-là, déjà."
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    path = write(tmp_path / "a.txt", mark + text.encode(encoding))

    assert texts(read_report(path)) == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Корабли перевозят зерно и нефть через большой порт каждый год."),
        ("cp1250", "Statki przewożą zboże i ropę przez duży port każdego roku, również w święta."),
        ("shift_jis", "港口去年は四百隻の船が来ました。ほとんどの船は穀物を運んでいました。"),
    ],
)
def test_other_alphabets_are_told(tmp_path: Path, encoding: str, text: str) -> None:
    assert texts(read_report(write(tmp_path / "a.txt", text.encode(encoding)))) == text


def test_a_text_without_pages_is_put_on_pages_at_paragraphs(tmp_path: Path) -> None:
    paragraphs = [f"{n} {BODY}" * 5 for n in range(40)]
    report = read_report(write(tmp_path / "a.txt", "\n\n".join(paragraphs)))

    assert [block for _, _, block in found(report)] == paragraphs
    assert all(len(page.text) <= PAGE_CHARS for page in report.pages)
    assert [page.label for page in report.pages] == [
        str(n) for n in range(1, len(report.pages) + 1)
    ]


def test_form_feeds_make_pages(tmp_path: Path) -> None:
    report = read_report(write(tmp_path / "a.txt", "first page\f\fthird page"))

    assert [page.text for page in report.pages] == ["first page", "", "third page"]


def test_one_endless_paragraph_is_put_on_pages(tmp_path: Path) -> None:
    report = read_report(write(tmp_path / "a.txt", "word " * 200_000))

    assert sum(page.text.count("word") for page in report.pages) == 200_000
    assert all(len(page.text) <= PAGE_CHARS for page in report.pages)


def test_the_content_tells_the_format_whatever_the_name(tmp_path: Path) -> None:
    pdf = write_pdf(tmp_path / "a.pdf", [BODY]).rename(tmp_path / "a.txt")
    docx = write_docx(tmp_path / "b.docx", add_report).rename(tmp_path / "b.md")
    html = write(tmp_path / "c.txt", HTML)

    assert read_report(pdf).pages[0].size is not None
    assert len(read_report(docx).pages) == 2
    assert read_report(html).title == "Harbour Report 2024"


def bomb(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"<w>" + b" " * 70_000_000)
    return path


def entities(path: Path) -> Path:
    def fill(document: DocxDocument) -> None:
        document.add_paragraph("PLACE")

    source = write_docx(path.with_suffix(".source"), fill)
    laughs = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/document.xml":
                content = content.replace(b"PLACE", b"Ships &j; here")
                head, _, rest = content.partition(b"?>")
                content = head + b"?>" + laughs.encode() + b"]>" + rest
            new.writestr(name, content)
    return path


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match="too large when unpacked"):
        read_report(bomb(tmp_path / "a.docx"))


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    path = entities(tmp_path / "a.docx")
    try:
        text = texts(read_report(path))
    except UnreadableDocument:
        text = ""

    assert "haha" not in text


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.docx", b"PK\x03\x04 and then nothing", "cannot be unpacked"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "password"),
        ("a.docx", b"plain words", "not a Word file"),
        ("a.pptx", b"plain words", "not a PowerPoint file"),
        ("a.txt", b"\x7fELF\x00\x00\x01", "binary"),
        ("a.md", b" \n\n ", "no text"),
        ("a.html", b"<html><body><script>x</script></body></html>", "no text"),
        ("a.html", b"", "empty"),
        ("a.pdf", b"no pdf at all", "not a PDF"),
    ],
)
def test_the_reason_of_a_refusal_is_said(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    with pytest.raises(UnreadableDocument, match=reason):
        read_report(write(tmp_path / name, content))


def test_an_archive_that_is_no_report_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("letter.txt", "words")

    with pytest.raises(UnreadableDocument, match="a zip archive, but no Word, PowerPoint, Excel"):
        read_report(tmp_path / "a.docx")


def test_a_word_file_without_its_main_part_is_no_report(tmp_path: Path) -> None:
    source = write_docx(tmp_path / "source", add_report)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(tmp_path / "a.docx", "w") as new:
        for name in old.namelist():
            if name != "word/document.xml":
                new.writestr(name, old.read(name))

    with pytest.raises(UnreadableDocument, match="a zip archive, but no Word, PowerPoint, Excel"):
        read_report(tmp_path / "a.docx")


def test_every_ending_is_in_lower_case() -> None:
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in SUFFIXES)


def test_every_ending_is_of_one_format() -> None:
    named = [suffix for row in FORMATS for suffix in row.media_types]

    assert sorted(set(named)) == sorted(named)


def test_only_who_reads_loads_the_readers() -> None:
    modules = ["citewire.api.app", "citewire.scripts.ingest", "citewire.scripts.watch"]
    code = (
        "import sys, importlib; [*map(importlib.import_module, sys.argv[1:])]; print(*sys.modules)"
    )

    loaded = subprocess.check_output([sys.executable, "-c", code, *modules], text=True).split()

    readers = {row.reader.partition(":")[0] for row in FORMATS}
    assert not {*readers, "docx", "pptx", "lxml", "markdown_it", "py3langid"} & set(loaded)
