"""What values are to be like, in words: whoever sends a wrong one is not to read an expression."""

from citewire.services.access.keys import OWNER
from citewire.services.access.members import GROUP_NAME, MEMBER_NAME
from citewire.storage.keys import IDENTIFIER
from citewire.text.report_periods import PERIOD

COLLECTION = r"^(private|[0-9a-f]{12})$"
SHARE_ID = r"^[0-9a-f]{64}$"
SHARED = r"^[0-9a-f]{12}$"
DATE = r"^\d{4}(-\d{2}(-\d{2})?)?$"
IDEMPOTENCY_KEY = r"^[ -~]{1,128}$"
MAX_IDS = 100
IDS = rf"^{IDENTIFIER}(,{IDENTIFIER}){{0,{MAX_IDS - 1}}}$"
MAX_PLACES = 50
_PLACE = r"\d{1,7}-\d{1,7}"
PLACES = rf"^{_PLACE}(,{_PLACE}){{0,{MAX_PLACES - 1}}}$"

_ID = "1 to 64 letters of ASCII, digits, - and _"
_SHARED = "the id of a shared collection, 12 of 0-9 and a-f as GET /collections has it"
_NAME = "1 to 64 letters of ASCII, digits and . _ @ -, and begins with a letter or digit"
WORDS = {
    f"^{IDENTIFIER}$": f"must be an id: {_ID}",
    f"^{PERIOD}$": "must be a year, a half or a quarter: 2022, 2022-H1 or 2022-Q3",
    COLLECTION: f"must be private or {_SHARED}",
    SHARED: f"must be {_SHARED}",
    SHARE_ID: "must be the id of a shared chat, 64 of 0-9 and a-f as its link has it",
    DATE: "must be a day, a month or a year: 2024-03-31, 2024-03 or 2024",
    IDEMPOTENCY_KEY: "must be 1 to 128 signs of ASCII that can be printed",
    IDS: f"must be 1 to {MAX_IDS} ids with commas between them; an id is {_ID}",
    PLACES: f"must be 1 to {MAX_PLACES} places with commas between them: 0-12,40-55",
    f"^{OWNER}$": f"must be a name: {_NAME}",
    f"^{GROUP_NAME}$": "must be the name of a group: 1 to 200 signs that can be seen",
    f"^{MEMBER_NAME}$": f"must be a name ({_NAME}), or group: and the name of a group",
}
"""What is wrong with a value that does not fit an expression, by the expression."""


def mismatch(pattern: str) -> str:
    """Tell what is wrong with a value that does not fit `pattern`."""
    return WORDS.get(pattern, "is not written as it must be")
