"""Files that are pictures: each format, how large their pages are, and why some are refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from citewire.content.report import Report
from citewire.errors import UnreadableDocument
from citewire.services.reading import image as images
from citewire.services.reading.formats import PICTURE
from citewire.services.reading.image import picture_pdf
from citewire.services.reading.ocr import engine as engines
from citewire.services.reading.ocr.seen import Picture, Seen, SeenLine, SeenLines
from citewire.services.reading.read import read_report
from tests.doubles.scans import column, scan

SEEN = Seen([SeenLines(0, 0.0, [SeenLine([("Grain", 100, 200)], 50, 70, 0.99)])])


class WatchedEngine:
    """Sees one word in any picture that has ink, and keeps the pictures."""

    def __init__(self) -> None:
        self.pictures: list[Picture] = []

    def read(self, picture: Picture, dpi: float) -> Seen:
        self.pictures.append(picture)
        return SEEN if picture.min() < 128 else Seen()

    def remedy(self) -> str:
        return ""

    def reads(self) -> str:
        return ""


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> WatchedEngine:
    watched = WatchedEngine()
    monkeypatch.setattr(engines, "find_engine", lambda _: watched)
    return watched


def page(text: str = "Grain") -> Image.Image:
    return scan(column(60, 80, [text]), size=(600, 400))


def saved(path: Path, image: Image.Image, **options: Any) -> Path:
    image.save(path, **options)
    return path


def test_a_picture_is_read_for_real(tmp_path: Path) -> None:
    text = "Revenue rose by 15 per cent"
    report = read_report(saved(tmp_path / "a.png", scan(column(60, 80, [text]), size=(600, 200))))

    assert report.pages[0].text == text


@pytest.mark.parametrize("suffix", PICTURE.media_types)
def test_each_format_is_told_by_its_content(
    tmp_path: Path, engine: WatchedEngine, suffix: str
) -> None:
    saved(tmp_path / f"a{suffix}", page())
    (tmp_path / f"a{suffix}").rename(tmp_path / "a.txt")

    assert read_report(tmp_path / "a.txt").pages[0].text == "Grain"


def test_a_tiff_has_as_many_pages_as_pictures(tmp_path: Path, engine: WatchedEngine) -> None:
    path = saved(tmp_path / "a.tiff", page(), save_all=True, append_images=[page(), page()])
    report = read_report(path)

    assert [page.number for page in report.pages] == [1, 2, 3]
    assert report.notes == ("pages 1-3 were read from their pictures (OCR)",)


def test_of_a_film_the_first_picture_is_read(tmp_path: Path, engine: WatchedEngine) -> None:
    film = [page("One"), page("Two"), page("Three")]
    report = read_report(saved(tmp_path / "a.gif", film[0], save_all=True, append_images=film[1:]))

    assert len(report.pages) == 1
    assert "2 further pictures were left out" in report.notes[1]


def sized(path: Path) -> tuple[float, float]:
    size = read_report(path).pages[0].size
    assert size is not None
    return size


def test_a_page_has_the_size_that_the_file_tells(tmp_path: Path, engine: WatchedEngine) -> None:
    assert sized(saved(tmp_path / "a.png", page(), dpi=(150, 150))) == pytest.approx(
        (288, 192), abs=0.1
    )
    # A fax has more columns than rows an inch.
    assert sized(saved(tmp_path / "b.tiff", page(), dpi=(200, 100))) == pytest.approx((216, 288))
    # What no scanner has is not believed.
    assert sized(saved(tmp_path / "c.png", page(), dpi=(1, 1))) == pytest.approx((450, 300))


def test_a_photo_is_read_as_it_is_held(tmp_path: Path, engine: WatchedEngine) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter clockwise
    path = saved(tmp_path / "a.jpg", page(), exif=exif)

    assert sized(path) == pytest.approx((300, 450))
    assert engine.pictures[0].shape == (600, 400)
    with pypdfium2.PdfDocument(picture_pdf(path, 1)) as document:
        assert document[0].get_size() == pytest.approx((300, 450), abs=1)


def test_what_is_transparent_is_white(tmp_path: Path, engine: WatchedEngine) -> None:
    black = Image.new("RGBA", (600, 400), (0, 0, 0, 0))
    black.paste((0, 0, 0, 255), (100, 100, 200, 120))
    read_report(saved(tmp_path / "a.png", black))

    assert engine.pictures[0][0, 0] == 255
    assert engine.pictures[0][110, 150] == 0


def test_more_than_eight_bits_are_made_eight(tmp_path: Path, engine: WatchedEngine) -> None:
    values = np.full((400, 600), 60000, np.uint16)
    values[100:120, 100:200] = 300
    read_report(saved(tmp_path / "a.png", Image.fromarray(values)))

    assert engine.pictures[0][0, 0] == 255
    assert engine.pictures[0][110, 150] == 0


def test_a_large_picture_is_made_smaller(
    tmp_path: Path, engine: WatchedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "MAX_PIXELS", 60_000)
    path = saved(tmp_path / "a.png", page(), dpi=(150, 150))

    assert sized(path) == pytest.approx((288, 192), abs=0.1)
    assert engine.pictures[0].shape == (200, 300)


def refused(path: Path) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        read_report(path)
    return str(caught.value)


def test_a_bomb_is_refused(
    tmp_path: Path, engine: WatchedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path / "a.png", page())
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)

    assert "too large" in refused(path)


def test_what_is_broken_is_refused(tmp_path: Path, engine: WatchedEngine) -> None:
    whole = saved(tmp_path / "a.png", page()).read_bytes()
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.png").write_bytes(b"\x89PNG\r\n\x1a\nno picture")

    assert "broken" in refused(tmp_path / "half.png")
    assert "broken" in refused(tmp_path / "text.png")


def test_a_picture_without_text_says_so(tmp_path: Path, engine: WatchedEngine) -> None:
    assert refused(saved(tmp_path / "a.png", Image.new("L", (600, 400), 255))) == (
        "no text in the picture, and OCR found none"
    )
    tiny = refused(saved(tmp_path / "b.png", Image.new("L", (16, 16), 255)))
    assert "too small" in tiny


def test_without_ocr_a_picture_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", page())

    with pytest.raises(UnreadableDocument, match="a picture, which only OCR can read: use --ocr"):
        read_report(path, ocr="off")


def test_a_page_is_shown_as_it_was_read(tmp_path: Path, engine: WatchedEngine) -> None:
    path = saved(
        tmp_path / "a.tiff", page("One"), save_all=True, append_images=[page("Two")], dpi=(150, 150)
    )
    report: Report = read_report(path)
    with pypdfium2.PdfDocument(picture_pdf(path, 2)) as document:
        assert len(document) == 1
        assert document[0].get_size() == pytest.approx(report.pages[1].size, abs=1)
    with pytest.raises(UnreadableDocument):
        picture_pdf(path, 3)
