"""What a PDF page shows besides its content: forms, text boxes, stamps; and what a file holds."""

import time
from pathlib import Path

import pytest

from citewire.content.report import Report
from citewire.services.reading.pdf.annotations import MAX_ANNOTATIONS
from citewire.services.reading.pdf.read import read_pdf
from tests.doubles.small_pdfs import page_of, pdf_of, stream

FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
LABELS = (
    b"BT /F5 12 Tf 40 700 Td (Amount claimed) Tj 0 -30 Td (Branch) Tj 0 -30 Td (Approved) Tj ET"
)
SECONDS = 10.0


def annotation(entries: bytes, rectangle: tuple[int, int, int, int]) -> bytes:
    return b"<</Type/Annot/Rect[%d %d %d %d]%s>>" % (*rectangle, entries)


def drawn(words: bytes) -> bytes:
    content = b"BT /F5 12 Tf 2 5 Td (%s) Tj ET" % words
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 150 20]/Resources<</Font<</F5 5 0 R>>>>"
    return stream(content, form)


def read(
    tmp_path: Path, *annotations: bytes, more: list[bytes] | None = None, catalog: bytes = b""
) -> Report:
    """A page of labels with `annotations`; objects in `more` are numbered from 6 on."""
    entries = b"/Annots[%s]" % b" ".join(annotations)
    objects = page_of(LABELS, FONT, entries=entries)
    objects[0] = b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_of([*objects, *(more or [])]))
    return read_pdf(path, ocr="off")


FORM = b"/AcroForm<</Fields[6 0 R]/DA(/F5 12 Tf)/DR<</Font<</F5 5 0 R>>>>>>"
AMOUNT = (150, 695, 300, 712)


def field(entries: bytes, rectangle: tuple[int, int, int, int] = AMOUNT) -> list[bytes]:
    return [annotation(b"/Subtype/Widget/F 4/T(a)" + entries, rectangle)]


def test_the_value_that_a_field_shows_is_text_of_the_page(tmp_path: Path) -> None:
    more = [*field(b"/FT/Tx/V(other)/AP<</N 7 0 R>>"), drawn(b"48,200 euros")]

    [page] = read(tmp_path, b"6 0 R", more=more, catalog=FORM).pages

    assert "Amount claimed 48,200 euros" in page.text
    [line] = [
        line
        for block in page.blocks
        for line in block.lines
        if "48,200" in page.text[line.start : line.end]
    ]
    assert line.x1 * 600 == pytest.approx(222, abs=6)


@pytest.mark.parametrize(
    "entries", [b"/FT/Tx/V(Vigo)", b"/FT/Ch/Ff 131072/Opt[(Vigo)(Lugo)]/V(Vigo)"]
)
def test_a_value_without_an_appearance_is_read(tmp_path: Path, entries: bytes) -> None:
    [page] = read(tmp_path, b"6 0 R", more=field(entries), catalog=FORM).pages

    assert "Amount claimed Vigo" in page.text


@pytest.mark.parametrize(("state", "sign"), [(b"Yes", "☒"), (b"Off", "☐")])
def test_a_box_says_whether_it_is_ticked(tmp_path: Path, state: bytes, sign: str) -> None:
    entries = b"/FT/Btn/V/Yes/AS/%s/AP<</N<</Yes 7 0 R/Off 7 0 R>>>>" % state
    more = [*field(entries, (150, 638, 162, 650)), drawn(b"")]

    [page] = read(tmp_path, b"6 0 R", more=more, catalog=FORM).pages

    assert f"Approved {sign}" in page.text


@pytest.mark.parametrize("flags", [1, 2, 32])
def test_what_a_page_hides_is_not_read(tmp_path: Path, flags: int) -> None:
    more = [
        annotation(b"/Subtype/Widget/FT/Tx/T(a)/V(secret)/F %d/AP<</N 7 0 R>>" % flags, AMOUNT),
        drawn(b"secret"),
        annotation(b"/Subtype/Stamp/F 4/AP<</N 9 0 R>>", (40, 100, 190, 120)),
        drawn(b"PAID"),
    ]

    [page] = read(tmp_path, b"6 0 R 8 0 R", more=more, catalog=FORM).pages

    assert "secret" not in page.text
    assert "PAID" in page.text


def test_a_password_is_not_read(tmp_path: Path) -> None:
    more = field(b"/FT/Tx/Ff 8192/V(secret)")

    assert "secret" not in read(tmp_path, b"6 0 R", more=more, catalog=FORM).pages[0].text


def test_a_text_box_without_an_appearance_is_read_with_its_lines(tmp_path: Path) -> None:
    box = annotation(b"/Subtype/FreeText/F 4/Contents(Checked by us\\rin May)", (40, 200, 200, 230))

    assert "Checked by us\nin May" in read(tmp_path, box).pages[0].text


def test_comments_are_left_out_and_told(tmp_path: Path) -> None:
    more = [
        annotation(b"/Subtype/Text/F 4/Contents(remark)/AP<</N 7 0 R>>", (5, 5, 30, 30)),
        drawn(b"remark"),
    ]

    report = read(tmp_path, b"6 0 R", more=more)

    assert "remark" not in report.pages[0].text
    assert report.notes == ("page 1 has comments, left out",)


def test_attached_files_are_told(tmp_path: Path) -> None:
    more = [
        b"<</Type/Filespec/F(a.pdf)/UF(a.pdf)/EF<</F 7 0 R>>>>",
        stream(b"x", b"/Type/EmbeddedFile"),
    ]
    catalog = b"/Names<</EmbeddedFiles<</Names[(a.pdf) 6 0 R]>>>>"

    report = read(tmp_path, more=more, catalog=catalog)

    assert report.notes == ("holds 1 attached file that was not read: a.pdf",)


def test_a_dynamic_form_is_told(tmp_path: Path) -> None:
    more = [stream(b"<template/>")]

    report = read(tmp_path, more=more, catalog=b"/AcroForm<</Fields[]/XFA 6 0 R>>")

    assert any("dynamic XFA" in note for note in report.notes)


def test_a_crowd_of_annotations_is_bounded_and_told(tmp_path: Path) -> None:
    many = annotation(b"/Subtype/FreeText/F 4/Contents(x)", (40, 200, 200, 230))
    started = time.perf_counter()

    report = read(tmp_path, *[many] * (20 * MAX_ANNOTATIONS))

    assert time.perf_counter() - started < SECONDS
    assert any("more than 2,000 annotations" in note for note in report.notes)


def test_appearances_that_show_each_other_are_read(tmp_path: Path) -> None:
    loop = stream(
        b"/X7 Do BT /F5 12 Tf 2 5 Td (PAID) Tj ET",
        b"/Type/XObject/Subtype/Form/BBox[0 0 150 20]"
        b"/Resources<</Font<</F5 5 0 R>>/XObject<</X7 7 0 R>>>>",
    )
    more = [annotation(b"/Subtype/Stamp/F 4/AP<</N 7 0 R>>", (40, 100, 190, 120)), loop]

    assert "PAID" in read(tmp_path, b"6 0 R", more=more).pages[0].text
