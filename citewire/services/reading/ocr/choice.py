"""What is chosen about OCR; light, for whoever only passes it on."""

from dataclasses import dataclass
from typing import Literal

from citewire.settings.groups import IngestionSettings

OcrMode = Literal["auto", "off", "force"]
"""Whether pages without usable text are read from their picture, none, or all."""

EngineName = Literal["rapidocr", "tesseract"]


@dataclass(frozen=True, slots=True)
class OcrChoice:
    """Who reads pictures.

    Args:
        engine: its name.
        languages: for tesseract, in its notation (`eng+deu`); empty: those of the page's script.
    """

    engine: EngineName = "rapidocr"
    languages: str = ""


DEFAULT = OcrChoice()


def ocr_choice(settings: IngestionSettings) -> OcrChoice:
    """What `settings` choose."""
    return OcrChoice(settings.ocr_engine, settings.ocr_languages or "")
