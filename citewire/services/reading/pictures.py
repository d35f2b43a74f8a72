"""What Office files say of their pictures, as far as a person wrote it."""

import re
from typing import Any

from citewire.services.reading.cleaning import clean_line
from citewire.services.reading.office_xml import children, local_name

_SAYS_NOTHING = re.compile(
    r"(?:picture|image|grafik|bild|imagen|photo|logo|graphic|shape|content placeholder|\d|[\W_])*",
    re.IGNORECASE,
)
_FILE = re.compile(r"\S+\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|webp)", re.IGNORECASE)
_MADE_UP = re.compile(
    r"(?:description automatically generated|ai-generated content)", re.IGNORECASE
)


def picture_text(shape: Any) -> str:
    """The text that stands for a picture to who cannot see it; empty if it says nothing.

    What a program guessed that the picture shows is nobody's word.
    """
    for holder in shape:
        if local_name(holder).startswith("nv"):
            for properties in children(holder, "cNvPr"):
                return described(properties.get("descr") or "")
    return ""


def described(text: str) -> str:
    """The description of a picture; empty if it is a file's name, a program's guess or nothing."""
    text = clean_line(text)
    if _FILE.fullmatch(text) or _MADE_UP.search(text) or _SAYS_NOTHING.fullmatch(text):
        return ""
    return text
