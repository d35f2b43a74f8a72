"""OCR: when it is used, what is made of its table, and its limits; tesseract itself is faked."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from citewire.errors import UnreadableDocument
from citewire.services.reading.pdf import ocr
from citewire.services.reading.pdf.read import read_pdf
from tests.doubles.small_pdfs import draw_lines, draw_pdf

HEAD = "level page_num block_num par_num line_num word_num left top width height conf text"
WORDS = [
    "5 1 1 1 1 1 300 600 200 50 96 Scanned",
    "5 1 1 1 1 2 520 600 100 50 91 ships",
    "5 1 1 1 2 1 300 700 150 50 88 carry",
    "5 1 1 1 2 2 470 700 150 50 12 stain",
    "5 1 2 1 1 1 300 900 150 50 95 Grain",
]
TABLE = "\n".join("\t".join(row.split(" ")) for row in [HEAD, *WORDS])

Install = Callable[[str], None]


@pytest.fixture
def tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a `tesseract` first on the path that runs the given lines of shell."""

    def install(script: str) -> None:
        folder = tmp_path / "bin"
        folder.mkdir()
        command = folder / "tesseract"
        command.write_text(
            f'#!/bin/sh\nif [ "$1" = --list-langs ]; then echo eng; exit; fi\n{script}\n'
        )
        command.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    return install


def printing(tmp_path: Path) -> str:
    (tmp_path / "table").write_text(TABLE)
    return f"cat > {tmp_path}/image; cat {tmp_path}/table"


def picture(canvas: Canvas) -> None:
    canvas.rect(100, 100, 300, 300, fill=1)


def words(canvas: Canvas) -> None:
    draw_lines(canvas, 60, 700, ["Printed words"])


def test_a_page_without_text_is_read_from_its_image(tmp_path: Path, tesseract: Install) -> None:
    tesseract(printing(tmp_path))
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", words, picture))

    assert [page.text for page in report.pages] == [
        "Printed words",
        "Scanned ships\ncarry\n\nGrain",
    ]
    assert report.notes == ()


def test_lines_read_from_an_image_have_places(tmp_path: Path, tesseract: Install) -> None:
    tesseract(printing(tmp_path))
    [page] = read_pdf(draw_pdf(tmp_path / "a.pdf", picture, size=(720, 720))).pages
    line = page.blocks[0].lines[0]

    # 720 points at 300 dpi are 3000 pixels.
    assert (line.x0, line.y0, line.x1, line.y1) == pytest.approx((0.1, 0.2, 620 / 3000, 650 / 3000))


def test_the_image_has_the_size_of_the_page(tmp_path: Path, tesseract: Install) -> None:
    tesseract(printing(tmp_path))
    read_pdf(draw_pdf(tmp_path / "a.pdf", picture, size=(720, 360)))

    assert (tmp_path / "image").read_bytes().startswith(b"P5 3000 1500 255\n")


def test_a_huge_page_is_rendered_smaller(tmp_path: Path, tesseract: Install) -> None:
    tesseract(printing(tmp_path))
    read_pdf(draw_pdf(tmp_path / "a.pdf", picture, size=(14400, 14400)))

    assert (tmp_path / "image").stat().st_size < 1.01 * ocr.MAX_PIXELS


def test_pages_with_text_are_left_alone_by_default(tmp_path: Path, tesseract: Install) -> None:
    tesseract(printing(tmp_path))

    assert read_pdf(draw_pdf(tmp_path / "a.pdf", words)).pages[0].text == "Printed words"


def test_blank_pages_are_not_read_from_their_images(tmp_path: Path, tesseract: Install) -> None:
    tesseract("exit 1")
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", words, lambda _: None))

    assert [page.text for page in report.pages] == ["Printed words", ""]
    assert report.notes == ()


def test_all_pages_are_read_from_images_if_forced(tmp_path: Path, tesseract: Install) -> None:
    tesseract(printing(tmp_path))
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", words), ocr="force")

    assert report.pages[0].text.startswith("Scanned ships")


def test_nothing_is_read_from_images_if_off(tmp_path: Path, tesseract: Install) -> None:
    tesseract(printing(tmp_path))

    with pytest.raises(UnreadableDocument, match="--ocr auto"):
        read_pdf(draw_pdf(tmp_path / "a.pdf", picture), ocr="off")


def test_without_tesseract_the_remedy_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(UnreadableDocument, match="install tesseract"):
        read_pdf(draw_pdf(tmp_path / "a.pdf", picture))


def test_a_page_that_takes_too_long_is_given_up(
    tmp_path: Path, tesseract: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    tesseract("exec sleep 30")
    monkeypatch.setattr(ocr, "SECONDS", 1)
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", words, picture))

    assert report.notes == ("page 2 is without text: OCR took more than 1 seconds",)


def test_a_page_whose_image_is_too_large_is_not_rendered(
    tmp_path: Path, tesseract: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    def image(canvas: Canvas) -> None:
        from PIL import Image

        canvas.drawInlineImage(Image.new("L", (40, 40)), 100, 100)

    tesseract(printing(tmp_path))
    monkeypatch.setattr(ocr, "MAX_IMAGE_PIXELS", 1000)
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", words, image))

    assert report.notes == ("page 2 is without text: its image is too large for OCR",)


def test_when_tesseract_fails_the_rest_is_kept(tmp_path: Path, tesseract: Install) -> None:
    tesseract("exit 1")
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", words, picture))

    assert report.notes == ("page 2 is without text: OCR failed",)
