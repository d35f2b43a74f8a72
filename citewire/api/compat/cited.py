"""What an answer cites, as the interfaces of others tell it: page, words, verdict and a link."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from fastapi import Request

from citewire.api.dependencies import services_of
from citewire.services.citations.model import Withheld, without_withheld

STOPPED: Final = {
    "timeout": "the answer took too long",
    "shutdown": "the server is shutting down",
    "access": "access to what it is made from was taken away",
}
"""What broke an answer off that nobody asked to stop."""
LONGEST_QUOTE = 300
"""So many characters of a quote are part of its link."""

Json = dict[str, Any]


def client_url(request: Request) -> str:
    """Where the web client is reached, without a slash at its end."""
    public = services_of(request).settings.sign_in.public_url
    return (public or str(request.base_url)).rstrip("/")


def told_citation(citation: Json, source: Json, base_url: str) -> Json:
    """A citation with page, words, verdict, and the link that opens these words on the page.

    Args:
        citation: as in `done`.
        source: the source that it cites.
        base_url: of the web client.
    """
    words, verification = citation["quote"], citation["verification"]
    return {
        "label": citation["label"],
        "title": page_title(source),
        "url": _link(base_url, citation["passage_id"], words["text"]),
        "passage_id": citation["passage_id"],
        "doc_id": source["doc_id"],
        "file_name": source["file_name"],
        "page": words["page"],
        "page_label": source["page_label"],
        "quote": words["text"],
        "address": words["address"],
        "verdict": verification["status"],
        "verdict_method": verification["method"],
        "verdict_reason": verification["reason"],
    }


def page_title(source: Json) -> str:
    """The title of a source's document, and its page as printed."""
    return f"{source['title']}, p. {source['page_label']}"


def passage_link(base_url: str, passage_id: str) -> str:
    """Where the client shows a passage."""
    return f"{base_url}/#/passage/{quote(passage_id, safe='')}"


def readable_text(source: Json) -> str:
    """The text of a source with blanks for what is withheld: other models may be given it."""
    return without_withheld(source["text"], [Withheld(**one) for one in source["withheld"]])


def extras_of(done: Json) -> Json:
    """What of an answer others have no words for."""
    shown = ("n", "passage_id", "doc_id", "title", "file_name", "page_start", "page_label", "cited")
    return {
        **{name: done[name] for name in ("run_id", "finish_reason", "evidence", "warnings")},
        "sources": [{name: source[name] for name in shown} for source in done["sources"]],
    }


def tokens_of(usage: Mapping[str, int]) -> tuple[int, int, int]:
    """How many tokens were asked, answered, and both."""
    asked, said = usage["prompt_tokens"], usage["completion_tokens"]
    return asked, said, asked + said


def _link(base_url: str, passage_id: str, words: str) -> str:
    link = passage_link(base_url, passage_id)
    return f"{link}/{quote(words[:LONGEST_QUOTE], safe='')}" if words else link
