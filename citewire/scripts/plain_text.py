"""What is printed: of what others wrote, no character that a terminal would obey."""

import re
import sys
from typing import TextIO

from citewire.errors import CitewireError, StorageUnavailable

# C0 but tab and newline, DEL, C1, and what turns the writing direction.
_PICTURES = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"}
_UNSAFE = dict.fromkeys((*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "�")
_HARMLESS = {**_PICTURES, 0x7F: "␡", **_UNSAFE}
# In a name also what begins a new line, or a column, would let it pass for something else.
_IN_NAMES = {**_HARMLESS, 0x09: "␉", 0x0A: "␊", 0x2028: "�", 0x2029: "�"}

# In JSON, where C0 is escaped already. Half a character cannot be printed at all.
_OBEYED = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

PIPED_WIDTH = 200
"""Where nobody watches, no name of a table is cut."""


def standard_output() -> TextIO:
    """Standard output, to be written to as it is.

    Raises:
        OSError: it was closed.
    """
    if sys.stdout is None:
        raise OSError("standard output is closed")
    return sys.stdout


def explained(error: CitewireError) -> str:
    """What an error says, with which address of Redis did not answer."""
    is_about_more = isinstance(error, StorageUnavailable) and error.__cause__ is not None
    return f"{error} ({error.__cause__})" if is_about_more else str(error)


def told_by_system(error: OSError) -> str:
    """What the system says is wrong, and with which file."""
    told = error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {told}" if error.filename else told


def harmless(text: str) -> str:
    """The text with signs in place of the characters that a terminal would obey."""
    return text.replace("\r\n", "\n").translate(_HARMLESS)


def escaped(json: str) -> str:
    """The JSON with escapes in place of the characters that a terminal would obey."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", json)


def harmless_name(name: str) -> str:
    """A name, of a file say, with signs in place of the characters that are not to be obeyed."""
    return name.translate(_IN_NAMES)
