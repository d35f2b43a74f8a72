"""A dry run tells of each file what a run would: what cannot be read fails for the same reason."""

import io
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook
from PIL import Image
from pptx import Presentation

from citewire.services.reading.formats import SUFFIXES
from tests.doubles.ingest_fixtures import SHIPS, TRAINS, Ingest, statuses
from tests.doubles.scans import save_pdf
from tests.doubles.small_pdfs import write_pdf

WEB_PAGE = b"<!DOCTYPE html><html><body><p>Please sign in to read this.</p></body></html>"
NOISE = bytes(range(256)) * 8
WRONG = {
    "page": WEB_PAGE,
    "words": b"These are plain words and nothing else.\n",
    "noise": NOISE,
    "empty": b"",
    "blank": b" \n\n ",
    "pdf": b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\n",
    "zip": b"PK\x03\x04 and then nothing",
    "old": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "png": b"\x89PNG\r\n\x1a\n and then nothing",
    "utf16": b"\xff\xfe",
}


def saved(work: object, ending: str) -> bytes:
    made = io.BytesIO()
    save = getattr(work, "save")  # noqa: B009  (of three libraries)
    save(made, ending) if isinstance(work, Image.Image) else save(made)
    return made.getvalue()


def good_files(folder: Path) -> dict[str, bytes]:
    """A good file of each kind of bytes, by its ending."""
    word, slides, book = Document(), Presentation(), Workbook()
    word.add_paragraph(SHIPS)
    slides.slides.add_slide(slides.slide_layouts[5]).shapes.title.text = SHIPS
    book.active.append(["Year", "Ships"])
    book.active.append([2024, 400])
    picture = Image.effect_noise((400, 400), 90)
    return {
        ".pdf": write_pdf(folder / "good", [SHIPS, TRAINS]).read_bytes(),
        ".docx": saved(word, ""),
        ".pptx": saved(slides, ""),
        ".xlsx": saved(book, ""),
        ".html": f"<html><body><p>{SHIPS}</p></body></html>".encode(),
        **{f".{kind}": saved(picture, kind) for kind in ("png", "jpeg", "tiff", "webp", "bmp")},
    }


async def agree(ingest: Ingest, folder: Path, **options: object) -> None:
    planned = await ingest(folder, dry_run=True, **options)
    done = await ingest(folder, **options)

    assert statuses(planned) == statuses(done)
    assert [one.reason for one in planned.files] == [one.reason for one in done.files]


@pytest.mark.timeout(180)
async def test_what_is_not_what_it_is_called_fails_in_a_dry_run_as_in_a_run(
    ingest: Ingest, ships: Path
) -> None:
    for suffix in SUFFIXES:
        for name, content in WRONG.items():
            # Each with bytes of its own, or it would be a copy.
            (ships / f"{name}{suffix}").write_bytes(content + (suffix.encode() if content else b""))
    await agree(ingest, ships, ocr="off")


@pytest.mark.timeout(180)
@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
async def test_what_is_cut_off_fails_in_a_dry_run_as_in_a_run(
    ingest: Ingest, ships: Path, tmp_path: Path, share: float
) -> None:
    for ending, content in good_files(tmp_path).items():
        (ships / f"cut{ending}").write_bytes(content[: int(len(content) * share)])
        (ships / f"whole{ending}").write_bytes(content)
    await agree(ingest, ships, ocr="off")


async def test_a_scan_is_new_where_it_will_be_read_by_ocr_and_fails_where_not(
    ingest: Ingest, ships: Path
) -> None:
    save_pdf(ships / "scan.pdf", Image.new("L", (800, 800), 200))
    Image.new("L", (800, 800), 200).save(ships / "picture.png")
    with_ocr = await ingest(ships, dry_run=True)
    without = await ingest(ships, dry_run=True, ocr="off")

    assert statuses(with_ocr) == {"picture.png": "new", "scan.pdf": "new"}
    assert statuses(without) == {"picture.png": "failed", "scan.pdf": "failed"}


async def test_a_blank_pdf_fails_in_a_dry_run(ingest: Ingest, ships: Path) -> None:
    write_pdf(ships / "a.pdf", ["", ""])
    await agree(ingest, ships)
