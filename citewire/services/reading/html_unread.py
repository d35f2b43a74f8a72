"""What of an HTML page is not read, told for a person: pictures, frames, its foot, struck text."""

import re
from itertools import islice
from typing import Any

from citewire.services.reading.html_looks import (
    MOST_AROUND,
    OWN_PARTS,
    has_struck_text,
    is_hidden,
    text_within,
)
from citewire.services.reading.notes import struck_note, unread_note

_FRAMES = {"iframe": "src", "frame": "src", "embed": "src", "object": "data"}
_ORNAMENTS = ("presentation", "none")

SMALLEST = 32
"""Pixels; smaller pictures are icons, smaller frames count visitors."""

LONGEST_FOOT = 80
"""Characters, without its links; a longer one says more than whose page it is."""

_FIGURE = re.compile(r"(?<![\w.,])(?!(?:19|20)\d\d(?!\d))\d")
"""A number that is no year."""

_SIZE = re.compile(r"(\d{1,6})(?:px)?")


def unread_notes(root: Any) -> tuple[str, ...]:
    """Tell what of a page was not read."""
    pictures = sum(map(_is_picture, root.iter("img")))
    frames = sum(map(_is_frame, root.iter(*_FRAMES)))
    foot = "the foot of the page, outside of its report, is left out"
    unscripted = "what the page shows only where scripts are switched off is left out"
    return (
        *struck_note(is_struck=has_struck_text(root)),
        *unread_note(pictures, "a picture", "pictures"),
        *unread_note(frames, "what a frame shows", "pages or files that frames show"),
        *((unscripted,) if any(map(_says_more, root.iter("noscript"))) else ()),
        *((foot,) if any(map(_says_much, root.iter("footer"))) else ()),
    )


def _is_picture(image: Any) -> bool:
    said, names = image.get("alt"), image.get("class") or ""
    is_ornament = (said is not None and not said.strip()) or image.get("role") in _ORNAMENTS
    return not is_ornament and "math" not in names.lower() and _is_shown(image)


def _is_frame(frame: Any) -> bool:
    return bool((frame.get(_FRAMES[frame.tag]) or "").strip()) and _is_shown(frame)


def _is_shown(element: Any) -> bool:
    for side in ("width", "height"):
        size = _SIZE.fullmatch((element.get(side) or "").strip())
        if size is not None and int(size[1]) < SMALLEST:
            return False
    around = [element, *islice(element.iterancestors(), MOST_AROUND)]
    return not any(map(is_hidden, around))


def _says_much(footer: Any) -> bool:
    if any(one.tag in OWN_PARTS for one in islice(footer.iterancestors(), MOST_AROUND)):
        return False  # it is read
    links = sum(len(text_within(link)) + 1 for link in footer.iter("a"))
    is_read = next(footer.iter("table"), None) is not None
    said = text_within(footer)
    return not is_read and (len(said) - links > LONGEST_FOOT or bool(_FIGURE.search(said)))


def _says_more(unscripted: Any) -> bool:
    """Whether there is more than a request to switch scripts on, or a picture that counts."""
    said = " ".join("".join(islice(unscripted.itertext("*"), MOST_AROUND)).split())
    is_sheet = next(unscripted.iter("style", "iframe"), None) is not None
    return not is_sheet and (len(said) > LONGEST_FOOT or bool(_FIGURE.search(said)))
