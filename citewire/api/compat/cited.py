"""The citations of a finished answer for other people's tools, each with all that is known of it.

Places count characters, as these tools do; ours count UTF-16 code units.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from citewire.services.exports.links import passage_link
from citewire.text.offsets import utf16_place
from citewire.text.places import placed


@dataclass(frozen=True, slots=True)
class CitedClaim:
    """A citation.

    Args:
        n: number of its source.
        label: what its marker shows.
        start: where the marker begins in the answer, in characters.
        end: where it ends, exclusive.
        claim_start: where the claim begins.
        claim_end: where it ends, exclusive.
        claim: what is claimed.
        title: of the report, with the page, slide or sheet.
        url: shows the passage with the words of the quote marked.
        passage_id: of the source.
        doc_id: of its document.
        file_name: of that.
        page: of the quote, from 1.
        page_label: printed on the page.
        quote: the words that carry the claim.
        address: the cells of a sheet that they stand in.
        verdict: what checking the claim gave.
        verdict_method: how it was checked.
        verdict_reason: what decided, for a person.
    """

    n: int
    label: int
    start: int
    end: int
    claim_start: int
    claim_end: int
    claim: str
    title: str
    url: str
    passage_id: str
    doc_id: str
    file_name: str
    page: int
    page_label: str
    quote: str
    address: str
    verdict: str
    verdict_method: str
    verdict_reason: str


def cited_claims(done: Mapping[str, Any], base_url: str) -> list[CitedClaim]:
    """The citations of an answer in their order.

    Args:
        done: data of the event `done`.
        base_url: of the web client, for links.
    """
    sources = {source["n"]: source for source in done["sources"]}
    answer = done["answer"]
    return [_cited(one, sources[one["n"]], answer, base_url) for one in done["citations"]]


def _cited(
    citation: Mapping[str, Any], source: Mapping[str, Any], answer: str, base_url: str
) -> CitedClaim:
    words, verification = citation["quote"], citation["verification"]
    start, end = _places(answer, citation["marker_span"])
    claim_start, claim_end = _places(answer, citation["claim_span"])
    return CitedClaim(
        n=citation["n"],
        label=citation["label"],
        start=start,
        end=end,
        claim_start=claim_start,
        claim_end=claim_end,
        claim=answer[claim_start:claim_end],
        title=placed_source(source),
        url=passage_link(base_url, citation["passage_id"], words["text"]),
        passage_id=citation["passage_id"],
        doc_id=source["doc_id"],
        file_name=source["file_name"],
        page=words["page"],
        page_label=source["page_label"],
        quote=words["text"],
        address=words["address"],
        verdict=verification["status"],
        verdict_method=verification["method"],
        verdict_reason=verification["reason"],
    )


def placed_source(source: Mapping[str, Any]) -> str:
    """A report with the place of a source in it, as a person would say it."""
    told = source["title"], source["file_name"], source["page_label"]
    return placed(*told, section=source["section"])


def _places(answer: str, span: Mapping[str, int]) -> tuple[int, int]:
    return utf16_place(answer, span["start"]), utf16_place(answer, span["end"])
