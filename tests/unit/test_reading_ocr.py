"""OCR of PDFs: when it is used, what is made of what it sees, and its limits.

The models that come with the package read what the tests draw; tesseract is faked.
"""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from citewire.content.edges import decode
from citewire.content.report import Report
from citewire.content.table import rows_of
from citewire.errors import UnreadableDocument
from citewire.services.reading.ocr import engine as engines
from citewire.services.reading.ocr import rapid, tesseract
from citewire.services.reading.ocr.choice import OcrChoice
from citewire.services.reading.ocr.ink import band_of, ink_of, unread_share
from citewire.services.reading.ocr.marked import written_with_marks
from citewire.services.reading.ocr.seen import Picture, Seen, SeenLine, SeenLines
from citewire.services.reading.ocr.tesseract import TesseractEngine, languages_for, parse_tsv
from citewire.services.reading.pdf import pictures
from citewire.services.reading.pdf.read import read_pdf
from tests.doubles.scans import add_marked, column, save_pdf, scan
from tests.doubles.small_pdfs import draw_lines, draw_pdf

LINES = [
    "Revenue of the group rose by 15 per cent",
    "in the year and profit fell to 3 million.",
]
TESSERACT = OcrChoice("tesseract")


def words(canvas: Canvas) -> None:
    draw_lines(canvas, 60, 700, ["Printed words"])


def picture(canvas: Canvas) -> None:
    canvas.rect(100, 100, 300, 300, fill=1)


def lines_of(report: Report) -> list[str]:
    return [line for page in report.pages for line in page.text.splitlines() if line]


# What the models that come with it read.


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_a_scan_is_read_whichever_way_it_lies(tmp_path: Path, turn: int) -> None:
    page = scan(column(60, 80, LINES)).rotate(-90 * turn, expand=True)
    report = read_pdf(save_pdf(tmp_path / "a.pdf", page))
    [first, second] = report.pages[0].blocks[0].lines

    assert lines_of(report) == LINES
    assert first.turn == second.turn == turn
    assert report.notes == ("page 1 was read from its picture (OCR)",)
    assert_places_are_true(page, turn, second.words)


def assert_places_are_true(page: Image.Image, turn: int, words: str) -> None:
    """See that the fifth and sixth word of the second line lie where there is ink."""
    start, end = decode(words)[4][0], decode(words)[5][1]
    assert LINES[1].split()[4:6] == ["profit", "fell"]
    ink = np.asarray(page.rotate(90 * turn, expand=True)) < 128
    columns = np.flatnonzero(ink[116:152].any(axis=0))
    left, right = columns[0], columns[-1]
    at = left + np.array([start, end]) * (right - left)
    # Before "profit" and after "fell" there is a space.
    for edge, side in zip(at, (-1, 1), strict=True):
        assert not ink[116:152, round(edge) + 3 * side].any()
    assert ink[116:152, round(at[0]) : round(at[0]) + 4].any()


def test_columns_of_a_scan_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = ["Shipping took three days", "more than in the year", "before, as ports were"]
    left += ["closed in the winter,", "and the crews waited."]
    right = ["Grain prices rose again,", "since the harvest was", "poor in the south and"]
    right += ["stores were empty by", "the end of autumn."]
    page = scan(column(60, 80, left) + column(470, 80, right))

    assert lines_of(read_pdf(save_pdf(tmp_path / "a.pdf", page))) == left + right


def test_a_ruled_table_in_a_scan_is_a_table(tmp_path: Path) -> None:
    rows = [("Segment", "2022", "2023"), ("Retail", "12.5", "13.7"), ("Online", "", "4.2")]
    rows.append(("Total", "9.4", "17.9"))
    placed = [(70 + 250 * c, 90 + 60 * r, rows[r][c]) for r in range(4) for c in range(3)]
    rules = [(60, 80 + 60 * r, 810, 80 + 60 * r) for r in range(5)]
    rules += [(60 + 250 * c, 80, 60 + 250 * c, 320) for c in range(4)]
    report = read_pdf(save_pdf(tmp_path / "a.pdf", scan(placed, rules=rules)))
    [block] = report.pages[0].blocks

    assert block.kind == "table"
    assert block.table is not None
    assert [list(row) for row in rows_of(block.table, report.pages[0].text)] == [*map(list, rows)]
    # The rule at the left is at 60 of 874 pixels, that at the right at 810.
    assert block.table.cells[0].box is not None
    assert block.table.cells[0].box[0] == pytest.approx(60 / 874, abs=0.005)


def test_a_scan_askew_is_read_line_by_line(tmp_path: Path) -> None:
    askew = scan(column(60, 80, LINES)).rotate(2, fillcolor=255, resample=Image.Resampling.BICUBIC)

    assert lines_of(read_pdf(save_pdf(tmp_path / "a.pdf", askew))) == LINES


def test_ink_that_was_not_read_is_found() -> None:
    """So letters of other scripts are, which the model leaves out."""
    text = "Retail rose by 15 per cent . . . . . . . . . . . . ."
    line = np.asarray(scan([(10, 8, text)], size=(640, 44)))
    ink = ink_of(line)
    band = band_of(ink)
    letters = np.flatnonzero(ink[: band.bottom - 5].any(axis=0))

    assert unread_share(ink, band, []) == 1
    assert unread_share(ink, band, [180.0, 195.0]) > 0.5
    # The leader that follows is no letter.
    assert unread_share(ink, band, letters.tolist()) == 0


def test_nothing_is_fetched_for_ocr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> NoReturn:
        raise AssertionError("OCR wants to reach the network")

    rapid._models.cache_clear()
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    assert lines_of(read_pdf(save_pdf(tmp_path / "a.pdf", scan(column(60, 80, LINES))))) == LINES


def test_a_page_that_takes_too_long_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rapid, "SECONDS", 0.0)
    path = save_pdf(tmp_path / "a.pdf", scan(column(60, 80, LINES)))

    with pytest.raises(UnreadableDocument, match="OCR took more than 0 seconds"):
        read_pdf(path)


def test_what_a_model_raises_concerns_its_page_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NoReturn:
        raise RuntimeError("out of shape")

    monkeypatch.setattr(rapid._PictureAtWork, "read", fail)
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", words, picture))

    assert report.notes == ("page 2 is without text: OCR failed (RuntimeError)",)


# Which pages are read, and what is told of them, whoever reads.


class FixedEngine:
    """Sees what it is told."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        self.pictures: list[tuple[Any, float]] = []

    def read(self, picture: Picture, dpi: float) -> Seen:
        self.pictures.append((picture.shape, dpi))
        return self.seen

    def remedy(self) -> str:
        return "ask somebody"

    def reads(self) -> str:
        return "what it is told"


def seen_line(text: str, confidence: float = 0.99, top: float = 600) -> SeenLine:
    placed = [(word, 300.0 + 200 * n, 450.0 + 200 * n) for n, word in enumerate(text.split())]
    return SeenLine(placed, top, top + 50, confidence)


Fix = Callable[[Seen], FixedEngine]


@pytest.fixture
def sees(monkeypatch: pytest.MonkeyPatch) -> Fix:
    """Has all pictures read by an engine that sees what it is told."""

    def install(seen: Seen) -> FixedEngine:
        fixed = FixedEngine(seen)
        monkeypatch.setattr(engines, "find_engine", lambda _: fixed)
        return fixed

    return install


SCANNED = Seen([SeenLines(0, 0.0, [seen_line("Scanned ships")])])


def test_a_page_without_text_is_read_from_its_picture(tmp_path: Path, sees: Fix) -> None:
    sees(SCANNED)
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", words, picture))

    assert [page.text for page in report.pages] == ["Printed words", "Scanned ships"]
    assert report.notes == ("page 2 was read from its picture (OCR)",)


def test_pages_with_text_are_left_alone_by_default(tmp_path: Path, sees: Fix) -> None:
    fixed = sees(SCANNED)

    assert read_pdf(draw_pdf(tmp_path / "a.pdf", words)).pages[0].text == "Printed words"
    assert fixed.pictures == []


def test_a_picture_under_a_typed_header_is_read(tmp_path: Path, sees: Fix) -> None:
    sees(Seen([SeenLines(0, 0.0, [seen_line("Printed words and all that was scanned below")])]))

    def stamped(canvas: Canvas) -> None:
        canvas.drawInlineImage(Image.new("L", (40, 40), 200), 0, 0, 595, 690)
        words(canvas)

    report = read_pdf(draw_pdf(tmp_path / "a.pdf", stamped))
    assert report.pages[0].text == "Printed words and all that was scanned below"


def test_text_over_a_photo_stays_what_the_file_says(tmp_path: Path, sees: Fix) -> None:
    sees(Seen([SeenLines(0, 0.0, [seen_line("Prlnted w0rds")])]))

    def cover(canvas: Canvas) -> None:
        canvas.drawInlineImage(Image.new("L", (40, 40), 200), 0, 0, 595, 690)
        words(canvas)

    report = read_pdf(draw_pdf(tmp_path / "a.pdf", cover))
    assert report.pages[0].text == "Printed words"
    assert report.notes == ()


def test_blank_pages_are_not_read(tmp_path: Path, sees: Fix) -> None:
    fixed = sees(SCANNED)
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", words, lambda _: None))

    assert [page.text for page in report.pages] == ["Printed words", ""]
    assert report.notes == ()
    assert fixed.pictures == []


def test_all_pages_are_read_if_forced(tmp_path: Path, sees: Fix) -> None:
    sees(SCANNED)
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", words), ocr="force")

    assert report.pages[0].text == "Scanned ships"


def test_nothing_is_read_from_pictures_if_off(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match="--ocr auto"):
        read_pdf(draw_pdf(tmp_path / "a.pdf", picture), ocr="off")


def test_the_picture_has_the_size_of_the_page(tmp_path: Path, sees: Fix) -> None:
    fixed = sees(SCANNED)
    [page] = read_pdf(draw_pdf(tmp_path / "a.pdf", picture, size=(720, 360))).pages
    line = page.blocks[0].lines[0]

    assert fixed.pictures == [((1500, 3000), 300)]
    assert (line.x0, line.y0, line.x1, line.y1) == pytest.approx((0.1, 0.4, 650 / 3000, 650 / 1500))


def test_a_huge_page_is_rendered_smaller(tmp_path: Path, sees: Fix) -> None:
    fixed = sees(SCANNED)
    read_pdf(draw_pdf(tmp_path / "a.pdf", picture, size=(14400, 14400)))
    [((height, width), dpi)] = fixed.pictures

    assert height * width < 1.01 * pictures.MAX_PIXELS
    assert dpi == pytest.approx(25)


def test_a_page_whose_image_is_too_large_is_not_rendered(
    tmp_path: Path, sees: Fix, monkeypatch: pytest.MonkeyPatch
) -> None:
    def image(canvas: Canvas) -> None:
        canvas.drawInlineImage(Image.new("L", (40, 40)), 100, 100)

    sees(SCANNED)
    monkeypatch.setattr(pictures, "MAX_IMAGE_PIXELS", 1000)
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", words, image))

    assert report.notes == ("page 2 is without text: its image is too large for OCR",)


def test_what_is_not_certain_is_told(tmp_path: Path, sees: Fix) -> None:
    lines = [seen_line("Scanned", 0.61), seen_line("ships", 0.61, top=700)]
    sees(Seen([SeenLines(0, 0.0, lines)], left_out=2))
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", words, picture, picture))

    assert report.notes == (
        "pages 2-3 were read from their pictures (OCR)",
        "page 2 was read by OCR with low confidence (61 %)",
        "page 3 was read by OCR with low confidence (61 %)",
        "4 lines on pages 2-3 could not be read by OCR, left out",
    )


def test_a_page_in_an_unknown_script_is_told(tmp_path: Path, sees: Fix) -> None:
    sees(Seen([], left_out=4, script_unknown=True))
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", words, picture))

    assert report.notes == (
        "page 2 was not read in full: its writing was not recognised; ask somebody",
    )


def test_each_page_is_told_while_it_is_read(tmp_path: Path, sees: Fix) -> None:
    sees(SCANNED)
    told: list[None] = []
    read_pdf(
        draw_pdf(tmp_path / "a.pdf", picture, words, picture), on_ocr=lambda: told.append(None)
    )

    assert len(told) == 2


# tesseract

HEAD = "level page_num block_num par_num line_num word_num left top width height conf text"
WORDS = [
    "5 1 1 1 1 1 300 600 200 50 96 Scanned",
    "5 1 1 1 1 2 520 600 100 50 91 ships",
    "5 1 1 1 2 1 300 700 150 50 88 carry",
    "5 1 1 1 2 2 470 700 150 50 12 stain",
]
TABLE = "\n".join("\t".join(row.split(" ")) for row in [HEAD, *WORDS])

Install = Callable[..., None]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a `tesseract` first on the path that has some languages and runs a line of shell."""

    def install(script: str, languages: str = "eng osd") -> None:
        folder = tmp_path / "bin"
        folder.mkdir()
        command = folder / "tesseract"
        listed = "\\n".join(["List of available languages in x (2):", *languages.split()])
        command.write_text(
            f'#!/bin/sh\nif [ "$1" = --list-langs ]; then printf "{listed}\\n"; exit; fi\n'
            f"{script}\n"
        )
        command.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        tesseract.installed_languages.cache_clear()

    return install


def answering(tmp_path: Path, rotate: int, script: str) -> str:
    (tmp_path / "table").write_text(TABLE)
    (tmp_path / "osd").write_text(
        f"Orientation in degrees: 0\nRotate: {rotate}\nScript: {script}\n"
    )
    return (
        f'cat > {tmp_path}/image; echo "$@" >> {tmp_path}/asked; '
        f'case "$*" in *"--psm 0"*) cat {tmp_path}/osd;; *) cat {tmp_path}/table;; esac'
    )


def test_tesseract_reads_if_it_is_chosen(tmp_path: Path, fake: Install) -> None:
    fake(answering(tmp_path, 0, "Latin"))
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", words, picture), engine=TESSERACT)

    assert report.pages[1].text == "Scanned ships\ncarry"
    assert report.notes == ("page 2 was read from its picture (OCR)",)


def test_tesseract_is_asked_for_the_languages_of_the_script(tmp_path: Path, fake: Install) -> None:
    fake(answering(tmp_path, 0, "Cyrillic"), "eng osd rus ukr chi_sim")
    read_pdf(draw_pdf(tmp_path / "a.pdf", picture), engine=TESSERACT)

    assert "-l rus+ukr+eng --psm 3" in (tmp_path / "asked").read_text()


def test_tesseract_is_given_a_page_on_its_side_upright(tmp_path: Path, fake: Install) -> None:
    fake(answering(tmp_path, 90, "Latin"))
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", picture, size=(720, 360)), engine=TESSERACT)

    # Turned by a quarter clockwise, it is as high as it was wide.
    assert (tmp_path / "image").read_bytes().startswith(b"P5 1500 3000 255\n")
    assert {line.turn for line in report.pages[0].blocks[0].lines} == {3}


def test_a_script_without_language_is_told(tmp_path: Path, fake: Install) -> None:
    fake(answering(tmp_path, 0, "Cyrillic"), "eng osd")

    with pytest.raises(UnreadableDocument, match=r"writing .* not recognised: install tesseract's"):
        read_pdf(draw_pdf(tmp_path / "a.pdf", picture), engine=TESSERACT)


def test_the_languages_that_are_set_are_used(tmp_path: Path, fake: Install) -> None:
    fake(answering(tmp_path, 0, "Latin"))
    read_pdf(draw_pdf(tmp_path / "a.pdf", picture), engine=OcrChoice("tesseract", "pol+eng"))

    assert "-l pol+eng" in (tmp_path / "asked").read_text()


@pytest.mark.parametrize(
    ("script", "installed", "expected"),
    [
        ("Latin", "eng fra pol rus osd", "eng+fra+pol"),
        ("", "eng fra pol rus osd", "eng+fra+pol"),
        ("", "rus osd", "rus"),
        ("Latin", "eng fra script/Latin", "script/Latin"),
        ("Japanese", "eng jpn", "jpn+eng"),
        ("Thai", "eng", ""),
        ("Latin", "", ""),
    ],
)
def test_languages_go_by_the_script(script: str, installed: str, expected: str) -> None:
    assert languages_for(script, frozenset(installed.split())) == expected


def test_without_tesseract_the_remedy_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(UnreadableDocument, match="install tesseract"):
        read_pdf(draw_pdf(tmp_path / "a.pdf", picture), engine=TESSERACT)


def test_tesseract_is_ended_when_it_takes_too_long(
    tmp_path: Path, fake: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake("exec sleep 30", "eng")
    monkeypatch.setattr(tesseract, "SECONDS", 1)
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", words, picture), engine=TESSERACT)

    assert report.notes == ("page 2 is without text: OCR took more than 1 seconds",)


def test_when_tesseract_fails_the_rest_is_kept(tmp_path: Path, fake: Install) -> None:
    fake("exit 1", "eng")
    report = read_pdf(draw_pdf(tmp_path / "a.pdf", words, picture), engine=TESSERACT)

    assert report.notes == ("page 2 is without text: OCR failed",)


def test_stains_are_no_words() -> None:
    lines = list(parse_tsv(TABLE))

    assert [line.text for line in lines] == ["Scanned ships", "carry"]
    assert lines[0].words == [("Scanned", 300, 500), ("ships", 520, 620)]
    assert lines[0].confidence == pytest.approx((96 * 7 + 91 * 5) / 1200)


@pytest.mark.skipif(tesseract.find_command() is None, reason="tesseract is not installed")
def test_the_real_tesseract_reads_a_scan(tmp_path: Path) -> None:
    engine = TesseractEngine(str(tesseract.find_command()))
    seen = engine.read(np.asarray(scan(column(60, 80, LINES))), 150)

    assert [line.text for line in seen.groups[0].lines] == LINES


def test_marks_of_notes_in_a_scan_stand_apart(tmp_path: Path) -> None:
    page = scan([])
    add_marked(page, (60, 80), ("Revenue was 12.5", False), ("1", True), (" million", False))
    report = read_pdf(save_pdf(tmp_path / "a.pdf", page))

    assert report.pages[0].text == "Revenue was 12.5 [1] million"


@pytest.mark.parametrize(
    ("text", "raised", "expected"),
    [
        ("rose to 12.51 million", {12}, "rose to 12.5 [1] million"),
        ("assets(1) 5", {7}, "assets [1] 5"),
        ("10 6 units", set(), "10 6 units"),
        ("106 units", {2}, "10^6 units"),
        ("45 km² of", set(), "45 km² of"),
        ("12.5¹ million", set(), "12.5 [1] million"),
    ],
)
def test_raised_figures_are_written_apart(text: str, raised: set[int], expected: str) -> None:
    written, origins = written_with_marks(text, raised)

    assert written == expected
    assert len(origins) == len(written)
    assert all(0 <= origin < len(text) for origin in origins)
