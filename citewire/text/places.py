"""How a place in a report is named: its pages, slides or sheets, by the kind of its file."""

import re
from dataclasses import dataclass
from typing import Final, Literal

Form = Literal["pages", "slides", "sheets", "text"]

_ENDINGS: Final[dict[Form, str]] = {
    "pages": ".pdf .png .jpg .jpeg .tif .tiff .webp .bmp .gif",
    "slides": ".pptx .pptm .ppsx .ppsm .potx .potm",
    "sheets": ".xlsx .xlsm .xltx .xltm .xlsb .xls .ods",
}
_FORMS: Final = {ending: form for form, some in _ENDINGS.items() for ending in some.split()}
_NUMBER: Final = re.compile(r"(?=\D{0,40}\d)(?!.{0,40}[^\W\d_]{3})|[ivxlcdm]{1,20}$|.?$", re.I)
"""“F-12” is a number, “Orders” is a name."""


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """The words of one language for a place; `{}` stands for its number or name."""

    page: str
    slide: str
    sheet: str


ENGLISH: Final = PlaceWords("p. {}", "slide {}", "sheet {}")


def form_of(file_name: str) -> Form:
    """Tell what a file is made of; of text that has neither pages, slides nor sheets it is `text`.

    The pages of such a file, as of a Word file or a table of values, are its passages' alone: in
    the file nobody finds them. Where no file is named, pages are meant.
    """
    if not file_name:
        return "pages"
    _, dot, ending = file_name.rpartition(".")
    return _FORMS.get(f"{dot}{ending}".lower(), "text")


def place_of(file_name: str, label: str, *, section: str = "", words: PlaceWords = ENGLISH) -> str:
    """Name a place in a file by what its page is called; empty where it has none.

    A sheet goes by its name alone, unless that is a number, and what is read of a long one in parts
    ("Orders (2)") by the name of the sheet, which is its `section`.
    """
    form = form_of(file_name)
    if form == "text" or not label:
        return ""
    if form == "slides":
        return words.slide.format(label)
    if form == "pages":
        return words.page.format(label)
    sheet = section if section and label.startswith(f"{section} (") else label
    return words.sheet.format(sheet) if _NUMBER.match(sheet) else sheet


def placed(title: str, file_name: str, label: str, *, section: str = "") -> str:
    """Name a report with a place in it, as a person would say it."""
    return ", ".join(filter(None, (title, place_of(file_name, label, section=section))))
