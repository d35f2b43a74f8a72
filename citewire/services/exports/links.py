"""Where the client shows a passage."""

from functools import partial
from typing import Final
from urllib.parse import quote

from citewire.services.exports.proof import LinkTo, no_link

LONGEST_QUOTE: Final = 300
"""So many characters of a quote are part of its link."""


def passage_link(base_url: str, passage_id: str, words: str = "") -> str:
    """Where the client shows a passage, with these words marked."""
    link = f"{base_url}/#/passage/{quote(passage_id, safe='')}"
    return f"{link}/{quote(words[:LONGEST_QUOTE], safe='')}" if words else link


def links_from(base_url: str | None) -> LinkTo:
    """The links of a client that is reached there; none where that is not known."""
    return partial(passage_link, base_url.rstrip("/")) if base_url else no_link
