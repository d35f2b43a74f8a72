"""Pictures read by the `tesseract` command, where it is installed and chosen.

The picture is sent through a pipe and never written to disk.
"""

import csv
import io
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final

import numpy as np

from citewire.services.reading.cleaning import clean_line
from citewire.services.reading.ocr.seen import OcrError, Picture, Seen, SeenLine, SeenLines

SECONDS = 60
"""For one page."""

MIN_CONFIDENCE = 30
"""Of 100; below it tesseract has read stains."""

MOST_LANGUAGES = 10
"""Each makes reading slower."""

_FIRST: Final[tuple[str, ...]] = ("eng", "spa", "fra", "deu", "ita", "por", "nld")
"""Of several languages in one script, those that are tried first."""

_SCRIPTS: Final = {
    "Arabic": "ara fas urd pus snd uig kur_ara",
    "Armenian": "hye",
    "Bengali": "ben asm",
    "Cyrillic": "rus ukr bel bul srp mkd kaz kir mon tgk tat uzb_cyrl aze_cyrl",
    "Devanagari": "hin mar nep san",
    "Ethiopic": "amh tir",
    "Georgian": "kat",
    "Greek": "ell grc",
    "Gujarati": "guj",
    "Gurmukhi": "pan",
    "Han": "chi_sim chi_tra",
    "Hangul": "kor",
    "Hebrew": "heb yid",
    "Japanese": "jpn",
    "Kannada": "kan",
    "Khmer": "khm",
    "Korean": "kor",
    "Lao": "lao",
    "Malayalam": "mal",
    "Myanmar": "mya",
    "Oriya": "ori",
    "Sinhala": "sin",
    "Syriac": "syr",
    "Tamil": "tam",
    "Telugu": "tel",
    "Thaana": "div",
    "Thai": "tha",
    "Tibetan": "bod dzo",
}
_OTHERS: Final = {name for names in _SCRIPTS.values() for name in names.split()}
_NO_LANGUAGES: Final = {"osd", "equ", "snum"}
_ROTATE: Final = re.compile(r"^Rotate: (\d{1,3})\s*$", re.MULTILINE)
_SCRIPT: Final = re.compile(r"^Script: (\w{1,40})\s*$", re.MULTILINE)


def find_command() -> str | None:
    """Where tesseract is, if it is installed."""
    return shutil.which("tesseract")


@dataclass(frozen=True, slots=True)
class TesseractEngine:
    """Reads pictures with tesseract.

    Args:
        command: its path.
        languages: in its notation (`eng+deu`); empty: those installed for the page's script.
    """

    command: str
    languages: str = ""

    def read(self, picture: Picture, dpi: float) -> Seen:
        """The lines of a picture; blocks. Raises OcrError."""
        installed = installed_languages(self.command)
        turn, script = self._look(picture, dpi) if "osd" in installed else (0, "")
        languages = self.languages or languages_for(script, installed)
        if not languages:
            return Seen(script_unknown=True)
        upright = np.rot90(picture, turn)
        table = self._run(upright, dpi, "-l", languages, "--psm", "3", "tsv")
        lines = list(parse_tsv(table))
        return Seen([SeenLines(turn, 0.0, lines)] if lines else [])

    def reads(self) -> str:
        """Tell who reads, and what it can."""
        installed = installed_languages(self.command)
        set_or_found = self.languages or " ".join(sorted(installed - _NO_LANGUAGES))
        told = f"tesseract: {set_or_found or 'no languages are installed'}"
        return told if "osd" in installed else f"{told}; without osd it cannot tell scripts apart"

    def remedy(self) -> str:
        """Tell what to do about a script that it cannot read."""
        return "install tesseract's language for it, or set CITEWIRE_OCR_LANGUAGES"

    def _look(self, picture: Picture, dpi: float) -> tuple[int, str]:
        """By how many quarter turns the page lies, and its script, as far as tesseract can tell."""
        try:
            told = self._run(picture, dpi, "-l", "osd", "--psm", "0")
        except OcrError:  # it says so of a page with few letters
            return 0, ""
        rotate, script = _ROTATE.search(told), _SCRIPT.search(told)
        # It says by how much the page is to be turned clockwise.
        turn = -int(rotate[1]) // 90 % 4 if rotate else 0
        return turn, script[1] if script else ""

    def _run(self, picture: Picture, dpi: float, *arguments: str) -> str:
        height, width = picture.shape
        command = [self.command, "stdin", "stdout", "--dpi", str(round(dpi)), *arguments]
        try:
            done = subprocess.run(  # noqa: S603 - no part of it comes from the file
                command,
                # PGM, the plainest format that it reads.
                input=b"P5 %d %d 255\n" % (width, height) + picture.tobytes(),
                capture_output=True,
                check=True,
                timeout=SECONDS,
                # With several threads, which wait for each other in a loop, a page takes four times
                # the CPU; and there is a reading process for each core already.
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            )
        except subprocess.TimeoutExpired as error:
            raise OcrError(f"OCR took more than {SECONDS} seconds") from error
        except (subprocess.CalledProcessError, OSError) as error:
            raise OcrError("OCR failed") from error
        return done.stdout.decode("utf-8", "replace")


def parse_tsv(table: str) -> Iterator[SeenLine]:
    """The lines in tesseract's table, in pixels."""
    rows = csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)
    words = [row for row in rows if row["level"] == "5" and _is_word(row)]
    places = ("block_num", "par_num", "line_num")
    for _, line in groupby(words, lambda row: [row[place] for place in places]):
        yield _line(list(line))


def _is_word(row: dict[str, str]) -> bool:
    return bool((row["text"] or "").strip()) and float(row["conf"]) >= MIN_CONFIDENCE


def _line(rows: Sequence[dict[str, str]]) -> SeenLine:
    words = []
    for row in rows:
        left = float(row["left"])
        right = left + float(row["width"])
        words += [(word, left, right) for word in clean_line(row["text"]).split()]
    top = min(float(row["top"]) for row in rows)
    bottom = max(float(row["top"]) + float(row["height"]) for row in rows)
    sizes = [len(row["text"]) for row in rows]
    sure = sum(float(row["conf"]) * size for row, size in zip(rows, sizes, strict=True))
    return SeenLine(words, top, bottom, sure / sum(sizes) / 100)


@lru_cache(maxsize=4)
def installed_languages(command: str) -> frozenset[str]:
    """The languages and scripts that are installed, and `osd` if it tells scripts apart."""
    try:
        listed = subprocess.run(  # noqa: S603 - a fixed command
            [command, "--list-langs"], capture_output=True, check=True, timeout=SECONDS
        ).stdout.decode("utf-8", "replace")
    except (subprocess.SubprocessError, OSError):
        return frozenset()
    # The first line says where they are.
    return frozenset(line.strip() for line in listed.splitlines() if " " not in line.strip())


def languages_for(script: str, installed: frozenset[str]) -> str:
    """The installed languages for a script as tesseract takes them; empty if there are none.

    If the script is not known, those of the Latin one, or else all.
    """
    for whole in (f"script/{script}", script):
        if script and whole in installed:
            return whole
    if script in _SCRIPTS:
        wanted = [name for name in _SCRIPTS[script].split() if name in installed]
        # Reports in other scripts have names and words in English, too.
        return "+".join([*wanted, *(["eng"] if "eng" in installed else [])]) if wanted else ""
    known = sorted(name for name in installed - _NO_LANGUAGES if "/" not in name and name.islower())
    latin = [name for name in known if name not in _OTHERS]
    chosen = latin or known
    first = [name for name in _FIRST if name in chosen]
    others = [name for name in chosen if name not in first]
    return "+".join([*first, *others][:MOST_LANGUAGES])
