"""Pictures read by RapidOCR: PP-OCRv6 in ONNX, whose models come with the package.

Its parts are called one by one: so the time for a page is bounded between them, lines are read in
the direction that most of them have, and the places of words come from the ink.
"""

import logging
import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from citewire.services.reading.cleaning import clean_line
from citewire.services.reading.ocr.ink import (
    Band,
    Font,
    Mask,
    band_of,
    font_of,
    ink_of,
    is_raised,
    unread_share,
    word_edges,
)
from citewire.services.reading.ocr.marked import may_be_raised, written_with_marks
from citewire.services.reading.ocr.quads import (
    Quad,
    as_read,
    by_direction,
    sides,
    slope_of,
    upright_points,
)
from citewire.services.reading.ocr.seen import OcrError, Picture, Seen, SeenLine, SeenLines

logger = logging.getLogger(__name__)

SCRIPTS: Final = "Latin, Chinese and Japanese"

LOOK_DPI = 120
"""Lines are looked for at this resolution, and read at that of the picture (ADR 0010)."""

LOOK_PIXELS = 4_000_000
"""Of the picture in which lines are looked for; memory and time go with it."""

SMALL_SIDE = 736
MOST_ENLARGED = 3.0
"""A small picture is enlarged until its shorter side has so many pixels, at most so many times."""

LEAST_SIDE = 64

SECONDS = 60.0
"""Of CPU, for one page: with a busy machine it takes longer, and reads no less."""

LEAST_CONFIDENCE = 0.5
"""A line below it is left out."""

MOST_UNREAD = 0.5
"""A line of whose ink a larger share was not read is in letters that the model does not know."""

LOST = 0.4
"""So much of the ink of a page was not read: its script is unknown."""

BATCH = 6
BATCH_LENGTH = 180.0
"""Lines read at a time, and their length together, in heights: memory goes with it."""

LONGEST = 90.0
"""Heights; a longer line is read in pieces."""

VOTES = 10
TRIES = 4
"""The longest lines say which side is up; if they do not agree, so many are read both ways."""

AGREED = 0.85

_MODELS: Final = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
}
_WORD: Final = re.compile(r"\S+")
_ONE_AT_A_TIME: Final = threading.Lock()


def is_installed() -> bool:
    """Whether the package is there with its models."""
    folder = _models_folder()
    return folder is not None and all((folder / name).is_file() for name in _MODELS.values())


class RapidEngine:
    """Reads pictures with the models of the `rapidocr` package."""

    def read(self, picture: Picture, dpi: float) -> Seen:
        """The lines of a picture; blocks. Raises OcrError."""
        try:
            with _ONE_AT_A_TIME:
                return _PictureAtWork(picture, _models(), time.thread_time() + SECONDS).read(dpi)
        except (OcrError, MemoryError):
            raise
        except Exception as error:  # of libraries, which say nothing about what they raise
            logger.debug("OCR failed", exc_info=True)
            raise OcrError(f"OCR failed ({type(error).__name__})") from error

    def reads(self) -> str:
        """Tell who reads, and what it can."""
        return f"rapidocr: {SCRIPTS} script"

    def remedy(self) -> str:
        """Tell what to do about a script that it cannot read."""
        return (
            f"OCR reads {SCRIPTS}; tesseract reads others where their languages are installed "
            "(CITEWIRE_OCR_ENGINE=tesseract)"
        )


def _models_folder() -> Path | None:
    from importlib.util import find_spec

    spec = find_spec("rapidocr")
    return Path(spec.origin).parent / "models" if spec and spec.origin else None


@lru_cache(maxsize=1)
def _models() -> Any:
    """The models, loaded once; 100 MB that no document with text has to pay for."""
    folder = _models_folder()
    if folder is None or not is_installed():
        raise OcrError("OCR is not installed as it should be: its models are missing")
    import cv2
    from rapidocr import RapidOCR

    # There is a reading process for each core already.
    cv2.setNumThreads(1)
    # With the path of a model given, nothing is ever fetched.
    paths = {f"{part}.model_path": str(folder / name) for part, name in _MODELS.items()}
    return RapidOCR(
        params={
            **paths,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Global.log_level": "critical",
            "Global.return_word_box": True,
            # What follows would make a page of a narrow strip: the picture is prepared here.
            "Global.use_preprocess_img": False,
            "Global.use_vertical_padding": False,
            "Det.limit_type": "max",
            "Det.limit_side_len": 1_000_000,
        }
    )


@dataclass(slots=True)
class _Read:
    """What was read of a line, and where its characters are along it, in pixels."""

    text: str
    middles: list[float]
    confidence: float
    crop: Picture
    quad: Quad


@dataclass(slots=True)
class _PictureAtWork:
    """A picture that is being read."""

    picture: Picture
    models: Any
    until: float
    left_out: int = 0
    unread: float = 0.0
    inked: float = 0.0

    def read(self, dpi: float) -> Seen:
        quads = self._look(dpi)
        lying, standing = by_direction(quads)
        groups = []
        for quarter, found in ((0, lying), (1, standing)):
            if found:
                turn = quarter + 2 * self._is_upside_down(found, quarter)
                groups.append(self._group(found, turn))
        lost = self.inked > 0 and self.unread > LOST * self.inked
        return Seen([group for group in groups if group.lines], self.left_out, lost)

    def _look(self, dpi: float) -> list[Quad]:
        """Where lines are."""
        import cv2

        height, width = self.picture.shape
        scale = min(LOOK_DPI / dpi, 1.0)
        scale = max(scale, min(SMALL_SIDE / min(width, height), MOST_ENLARGED))
        scale = min(scale, (LOOK_PIXELS / (width * height)) ** 0.5)
        size = max(round(width * scale), 1), max(round(height * scale), 1)
        small = cv2.resize(self.picture, size, interpolation=cv2.INTER_AREA)
        right, below = (max(LEAST_SIDE - side, 0) for side in size)
        small = cv2.copyMakeBorder(small, 0, below, 0, right, cv2.BORDER_REPLICATE)
        colours = cv2.cvtColor(small, cv2.COLOR_GRAY2BGR)
        found = self.models(colours, use_det=True, use_cls=False, use_rec=False)
        if found.boxes is None:
            return []
        factors = np.array([width / size[0], height / size[1]])
        corners = np.asarray(found.boxes, np.float32) * factors
        return [np.asarray(quad, np.float32) for quad in corners if min(sides(quad)) >= 1]

    def _is_upside_down(self, quads: Sequence[Quad], turn: int) -> bool:
        """Whether lines that lie by `turn` are to be read from their other end."""
        longest = sorted(quads, key=lambda quad: -max(sides(quad)))[:VOTES]
        crops = [_colours(self._cut_out(as_read(quad, turn))) for quad in longest]
        _, told = self.models.cls_and_rotate([_begin(crop) for crop in crops])
        over = sum(label == "180" for label, _ in told.cls_res) / len(crops)
        if over <= 1 - AGREED:
            return False
        tried = longest[:TRIES]
        up, down = (
            sum(len(read.middles) * read.confidence for read in self._read_all(tried, way))
            for way in (turn, turn + 2)
        )
        return down > up

    def _group(self, quads: Sequence[Quad], turn: int) -> SeenLines:
        height, width = self.picture.shape
        upright = [upright_points(as_read(quad, turn), turn, width, height) for quad in quads]
        slope = slope_of(iter(upright))
        middle = (width if turn % 2 == 0 else height) / 2
        lines = []
        for read in self._read_all(quads, turn):
            line = self._line(read, upright_points(read.quad, turn, width, height), slope, middle)
            if line is not None:
                lines.append(line)
        return SeenLines(turn, slope, lines)

    def _line(self, read: _Read, quad: Quad, slope: float, middle: float) -> SeenLine | None:
        ink = ink_of(read.crop)
        if not ink.any():
            return None
        band = band_of(ink)
        unread = unread_share(ink, band, read.middles)
        amount = read.crop.shape[1] / read.crop.shape[0]
        self.inked += amount
        self.unread += unread * amount
        if not read.middles:
            return None
        if unread > MOST_UNREAD or read.confidence < LEAST_CONFIDENCE:
            self.left_out += 1
            return None
        font = font_of(read.text, ink, band)
        words = _words(read, ink, band, font)
        if not words:
            return None
        left, right = float(quad[0, 0] + quad[3, 0]) / 2, float(quad[1, 0] + quad[2, 0]) / 2
        centre = float(quad[:, 1].mean()) - slope * ((left + right) / 2 - middle)
        long, high = read.crop.shape[1], read.crop.shape[0]
        factor = (right - left) / long
        return SeenLine(
            [(word, left + start * factor, left + end * factor) for word, start, end in words],
            centre + font.top - high / 2,
            centre + font.bottom - high / 2,
            read.confidence,
        )

    def _read_all(self, quads: Sequence[Quad], turn: int) -> Iterator[_Read]:
        pieces = [piece for quad in quads for piece in _pieces(as_read(quad, turn % 4))]
        pieces.sort(key=_length)
        while pieces:
            count = max(min(int(BATCH_LENGTH / max(_length(pieces[-1]), 1)), BATCH), 1)
            batch, pieces = pieces[-count:], pieces[:-count]
            if time.thread_time() > self.until:
                raise OcrError(f"OCR took more than {SECONDS:g} seconds")
            crops = [self._cut_out(quad) for quad in batch]
            told = self.models.recognize_txt([_colours(crop) for crop in crops])
            for crop, quad, text, confidence, word in zip(
                crops, batch, told.txts, told.scores, told.word_results, strict=True
            ):
                columns = [column for columns in word.word_cols for column in columns]
                step = crop.shape[1] / word.line_txt_len if columns else 0.0
                middles = [(column + 0.5) * step for column in columns]
                yield _Read(text, middles, float(confidence), crop, quad)

    def _cut_out(self, quad: Quad) -> Picture:
        """The picture of a line, upright."""
        import cv2

        width, height = (max(round(side), 1) for side in sides(quad))
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        matrix = cv2.getPerspectiveTransform(quad, corners)
        return np.asarray(
            cv2.warpPerspective(
                self.picture,
                matrix,
                (width, height),
                flags=cv2.INTER_CUBIC,
                borderMode=cv2.BORDER_REPLICATE,
            ),
            np.uint8,
        )


def _words(read: _Read, ink: Mask, band: Band, font: Font) -> list[tuple[str, float, float]]:
    places = [n for n, sign in enumerate(read.text) if not sign.isspace()]
    if len(places) != len(read.middles):  # a sign of several characters, which none has today
        text = clean_line(read.text)
        return [(text, read.middles[0], read.middles[-1])] if text else []
    middles = dict(zip(places, read.middles, strict=True))
    raised: set[int] = set()
    for n in may_be_raised(read.text):
        # Several raised ones stand beside what is before the first, and its bracket.
        others = (m for m in range(n - 1, -1, -1) if m not in raised and read.text[m] not in "([,")
        first = next(others, -1)
        if is_raised(ink, band, font, middles[n], middles.get(first)):
            raised.add(n)
    written, origins = written_with_marks(read.text, raised)
    columns: list[list[float]] = []
    texts: list[str] = []
    for found in _WORD.finditer(written):
        if text := clean_line(found[0]):
            texts.append(text)
            known = [middles[n] for n in origins[slice(*found.span())] if n in middles]
            columns.append(known or [columns[-1][-1] if columns else 0.0])
    edges = word_edges(ink, band, columns) if columns else []
    return list(zip(texts, edges[::2], edges[1::2], strict=True))


def _pieces(quad: Quad) -> Iterator[Quad]:
    count = int(np.ceil(_length(quad) / LONGEST))
    if count <= 1:
        yield quad
        return
    for number in range(count):
        start, end = number / count, (number + 1) / count
        upper, lower = quad[1] - quad[0], quad[2] - quad[3]
        yield np.asarray(
            [
                quad[0] + upper * start,
                quad[0] + upper * end,
                quad[3] + lower * end,
                quad[3] + lower * start,
            ],
            np.float32,
        )


def _length(quad: Quad) -> float:
    width, height = sides(quad)
    return width / max(height, 1.0)


def _begin(crop: Any) -> Any:
    """The first part of a line, which is what the model that tells top from bottom sees best."""
    return crop[:, : crop.shape[0] * 4]


def _colours(crop: Picture) -> Any:
    return np.repeat(crop[:, :, None], 3, axis=2)
