"""PDFs of which a part is lost say so: cut off files cannot be read, lost pages are told."""

import re
from pathlib import Path

import pytest

from citewire.errors import UnreadableDocument
from citewire.services.reading.pdf.read import look_at_pdf, read_pdf
from tests.doubles.small_pdfs import prose, write_pdf

PAGES = ["\n".join(prose(40, f"page{number}")) for number in range(4)]
NOTE = "page 3 could not be read: the file is damaged"


def content(path: Path) -> bytes:
    """A PDF of four pages; their contents stand behind all other objects."""
    return write_pdf(path / "whole.pdf", PAGES).read_bytes()


def contents_of(pdf: bytes, page: int) -> tuple[int, int]:
    """Where the content of a page begins and ends."""
    number = re.findall(rb"/Contents (\d+) 0 R", pdf)[page]
    begin = pdf.index(b"\n%s 0 obj" % number) + 1
    return begin, pdf.index(b"endobj", begin)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.6, 0.8, 0.9])
def test_a_file_that_is_cut_off_is_refused_by_reading_and_by_looking(
    tmp_path: Path, share: float
) -> None:
    pdf = content(tmp_path)
    _, end = contents_of(pdf, 3)
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf[: int(end * share)])

    for read in (read_pdf, look_at_pdf):
        with pytest.raises(UnreadableDocument, match="cut off"):
            read(path, ocr="off")


def test_a_file_that_is_cut_off_between_two_objects_is_refused(tmp_path: Path) -> None:
    pdf = content(tmp_path)
    begin, _ = contents_of(pdf, 2)
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf[:begin])

    with pytest.raises(UnreadableDocument, match="cut off"):
        read_pdf(path, ocr="off")


def test_a_file_that_lacks_only_its_end_is_read_whole(tmp_path: Path) -> None:
    pdf = content(tmp_path)
    for end in (pdf.rindex(b"xref\n0"), pdf.rindex(b"trailer"), pdf.rindex(b"startxref")):
        path = tmp_path / "a.pdf"
        path.write_bytes(pdf[:end])

        report = read_pdf(path, ocr="off")

        assert not report.notes
        assert all(f"page{number}" in page.text for number, page in enumerate(report.pages))


def test_a_page_whose_content_is_missing_or_damaged_is_told(tmp_path: Path) -> None:
    pdf = content(tmp_path)
    begin, end = contents_of(pdf, 2)
    middle = begin + 120
    gone = pdf[:begin] + b"9" * pdf[begin:].index(b" ") + pdf[begin:][pdf[begin:].index(b" ") :]
    for damaged in (gone, pdf[:middle] + b"A" * (end - middle - 30) + pdf[end - 30 :]):
        path = tmp_path / "a.pdf"
        path.write_bytes(damaged)

        report = read_pdf(path, ocr="off")

        assert report.notes == (NOTE,)
        assert [bool(page.text) for page in report.pages] == [True, True, False, True]


def test_a_blank_page_is_not_remarked(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [PAGES[0], "", PAGES[1]])

    assert not read_pdf(path, ocr="off").notes
