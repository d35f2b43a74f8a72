"""What stays of told sources for who may read their reports no longer: the words quoted of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from citewire.services.access.reach import PRIVATE
from citewire.services.citations.locating import SearchText, placed
from citewire.services.citations.model import Withheld, without_withheld
from citewire.text.offsets import utf16_length

ACCESS: Final = "access"
"""Why text is withheld from a person, and not from a model."""

Told = Mapping[str, Any]
"""A message of a chat or an event of a run, as it is told: with `sources` and `citations`."""
_Quoted = Mapping[str, Sequence[str]]
"""The words that are quoted of passages, by their ids."""


def only_quotes_of_lost(told: Told, readable: Collection[str]) -> Told:
    """Leave of sources that may be read no longer only what was quoted; `told` itself if none is.

    Args:
        told: what has sources.
        readable: the ids of the collections that whoever is told may read.
    """
    sources = told.get("sources") or ()
    if all(map(readable.__contains__, map(_collection, _with_copies(sources)))):
        return told
    quoted = _quoted(told.get("citations") or ())
    return {**told, "sources": [_left_of(one, quoted, readable) for one in sources]}


def _collection(source: Told) -> str:
    # What was answered before there were collections lay in none.
    return str(source.get("collection", PRIVATE))


def _with_copies(sources: Sequence[Told]) -> list[Told]:
    return [one for source in sources for one in (source, *source.get("also_in", ()))]


def _quoted(citations: Sequence[Told]) -> _Quoted:
    quoted: dict[str, list[str]] = defaultdict(list)
    for citation in citations:
        beside = citation.get("verification", {}).get("beside")
        for one in (citation, *([beside] if beside else ())):
            quoted[one["passage_id"]].append(one["quote"]["text"])
    return quoted


def _left_of(source: Told, quoted: _Quoted, readable: Collection[str]) -> Told:
    if _collection(source) in readable:
        copies = source.get("also_in", ())
        return {**source, "also_in": [one for one in copies if _collection(one) in readable]}
    text, withheld = _only(quoted.get(source["passage_id"], ()), _readable(source))
    return {
        **source,
        **{"text": text, "withheld": withheld, "table": None},
        **{"context": [], "also_in": [], "section": ""},
    }


def _readable(source: Told) -> str:
    """Its text as the model was given it: only that can be quoted."""
    return without_withheld(
        source["text"], [Withheld(**one) for one in source.get("withheld") or ()]
    )


def _only(quotes: Sequence[str], text: str) -> tuple[str, list[dict[str, Any]]]:
    """A text with blanks for all but these words, and what is blank; none if it has none."""
    searched = SearchText(text)
    places = sorted(place[:2] for one in set(quotes) if (place := placed(one, searched)))
    if not places:
        return "", [_blank(0, 0)]
    parts, blanks, at, offset = [], [], 0, 0
    for start, end in [*places, (len(text), len(text))]:
        if start > at:
            length = utf16_length(text[at:start])
            parts.append(" " * length)
            blanks.append(_blank(offset, offset + length))
            at, offset = start, offset + length
        kept = text[at : max(at, end)]
        parts.append(kept)
        at, offset = at + len(kept), offset + utf16_length(kept)
    return "".join(parts), blanks or [_blank(0, 0)]


def _blank(start: int, end: int) -> dict[str, Any]:
    return {"start": start, "end": end, "reason": ACCESS}
