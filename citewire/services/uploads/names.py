"""Names of uploaded files and of their folders: what comes from outside is never a path."""

import re
from pathlib import PurePosixPath

from citewire.errors import InvalidUpload, UnsupportedFormat
from citewire.services.reading.formats import SUFFIXES, why_not_read
from citewire.text.alphabets import normal_form

MAX_NAME_BYTES = 255
_RESERVED = re.compile(r"(con|prn|aux|nul|clock\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)", re.IGNORECASE)
# Control characters, lone surrogates, and what turns the direction of writing, with which
# "report.exe" can be made to look like another name.
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff]"
)


def file_name(given: str) -> str:
    """The name that an uploaded file is stored under.

    The last part of what was given, in NFC, without characters that cannot be seen, without what
    makes it hidden or reserved, cut to what file systems take. Everything else stays.

    Raises:
        UnsupportedFormat: its ending is none that can be read.
    """
    last = re.split(r"[/\\]", given)[-1]
    name = _UNSEEN.sub("", normal_form("NFC", last)).strip().rstrip(". ")
    # What begins so would be left out by ingestion: hidden files, lock files of office programs.
    seen = re.sub(r"^(\.|~\$|\s)+", "", name)
    name = f"document.{seen}" if name.startswith(".") and f".{seen.lower()}" in SUFFIXES else seen
    if not name.lower().endswith(SUFFIXES):
        known = " ".join(SUFFIXES)
        why = why_not_read(PurePosixPath(name).suffix.lower())
        told = f"{last[:100]!r} cannot be read: {why}; what can ends in one of {known}"
        raise UnsupportedFormat(told)
    if _RESERVED.match(name):
        name = f"_{name}"
    return _cut(name)


def folder_name(given: str) -> str:
    """The name of the folder that files are uploaded to, in NFC.

    Raises:
        InvalidUpload: it is empty, too long or cannot be the name of one folder.
    """
    name = normal_form("NFC", given)
    if not name.strip() or name in (".", ".."):
        raise InvalidUpload("folder: the name of a folder is needed")
    if re.search(r"[/\\]", name) or _UNSEEN.search(name) or _RESERVED.match(name):
        raise InvalidUpload("folder: a plain name is needed, not a path and not a reserved name")
    if len(name.encode()) > MAX_NAME_BYTES:
        raise InvalidUpload(f"folder: the name may have at most {MAX_NAME_BYTES} bytes")
    return name


def distinct(name: str, taken: set[str]) -> str:
    """`name`, or with a number if it is taken; added to `taken`, in which case does not count."""
    path = PurePosixPath(name)
    number, found = 1, name
    while found.casefold() in taken:
        number += 1
        found = _cut(f"{path.stem} ({number}){path.suffix}", keep=f" ({number}){path.suffix}")
    taken.add(found.casefold())
    return found


def _cut(name: str, keep: str = "") -> str:
    """`name` in at most 255 bytes of UTF-8, with its ending."""
    keep = keep or PurePosixPath(name).suffix
    room = MAX_NAME_BYTES - len(keep.encode())
    stem = name.removesuffix(keep).encode()[:room].decode("utf-8", "ignore")
    return stem + keep
