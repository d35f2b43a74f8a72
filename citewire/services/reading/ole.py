"""Old Office files (before 2007) and encrypted new ones: what is in one, told by its directory."""

import mmap
from pathlib import Path

from citewire.errors import UnreadableDocument
from citewire.services.reading.formats import OLD_EXCEL, Format, why_not_read

SIGNATURE = b"\xd0\xcf\x11\xe0"
"""What they begin with."""

ENTRY = 128
"""Bytes of an entry of the directory, which stands at a multiple of it."""

_REASONS = {
    "EncryptedPackage": "encrypted: it needs a password to be opened",
    "WordDocument": why_not_read(".doc"),
    "PowerPoint Document": why_not_read(".ppt"),
    "__properties_version1.0": f"a message of Outlook: {why_not_read('.msg')}",
    "VisioDocument": f"a drawing of Visio: {why_not_read('.vsd')}",
}
"""Why files of other programs are not read, whatever they are called."""

_UNKNOWN = (
    "in an old format of Office (before 2007), or encrypted: "
    "save it as .docx, .xlsx, .pptx or PDF without a password"
)


def ole_format(path: Path) -> Format:
    """Tell the format of a file that begins like an old one of Office: only workbooks are read.

    Raises:
        UnreadableDocument: it is no workbook; the message says what it is.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        names = [name for name in (*_REASONS, "Workbook", "Book") if _has(content, name)]
    for name in names:
        if name in _REASONS:
            raise UnreadableDocument(_REASONS[name])
    if not names:
        raise UnreadableDocument(_UNKNOWN)
    return OLD_EXCEL


def _has(content: mmap.mmap, name: str) -> bool:
    """Whether an entry of the directory bears a name."""
    # Behind the 64 bytes of a name stands how many of them it takes, its end included.
    wanted = name.encode("utf-16-le") + b"\0\0"
    at = content.find(wanted)
    while at >= 0:
        length = int.from_bytes(content[at + 64 : at + 66], "little")
        if at % ENTRY == 0 and length == len(wanted):
            return True
        at = content.find(wanted, at + 1)
    return False
