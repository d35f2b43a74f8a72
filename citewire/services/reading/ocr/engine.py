"""Which OCR there is, and when it is used."""

from dataclasses import dataclass

from citewire.services.reading.ocr.choice import DEFAULT, OcrChoice, OcrMode
from citewire.services.reading.ocr.rapid import RapidEngine, is_installed
from citewire.services.reading.ocr.seen import OcrEngine
from citewire.services.reading.ocr.tesseract import TesseractEngine, find_command

LOW_CONFIDENCE = 0.85
"""What was read of a page with less is told, with its confidence."""


@dataclass(frozen=True, slots=True)
class Ocr:
    """An engine, and whether pages with text are read from their picture, too."""

    engine: OcrEngine
    all_pages: bool = False


def find_ocr(mode: OcrMode, choice: OcrChoice = DEFAULT) -> Ocr | None:
    """How pictures are read; None if that is not wanted or the engine is not there."""
    engine = find_engine(choice) if mode != "off" else None
    return Ocr(engine, all_pages=mode == "force") if engine else None


def find_engine(choice: OcrChoice) -> OcrEngine | None:
    """The engine that was chosen, if it is there."""
    if choice.engine == "tesseract":
        command = find_command()
        return TesseractEngine(command, choice.languages) if command else None
    return RapidEngine() if is_installed() else None


def why_no_ocr(mode: OcrMode, choice: OcrChoice = DEFAULT) -> str:
    """Tell what to do to have pages read from their picture."""
    if mode == "off":
        return "use --ocr auto"
    if choice.engine == "tesseract":
        return "install tesseract, or set CITEWIRE_OCR_ENGINE=rapidocr, to read it with OCR"
    return "install rapidocr to read it with OCR"
