"""What the interfaces of others have in common of an answer, beside its citations."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any, Final

from citewire.api.compat.cited import CitedClaim, cited_claims
from citewire.services.citations.model import Withheld, without_withheld

STOPPED: Final = {
    "timeout": "the answer took too long",
    "shutdown": "the server is shutting down",
    "access": "access to what it is made from was taken away",
}
"""What broke an answer off that nobody asked to stop."""

Json = dict[str, Any]


def annotations_of(done: Json, base_url: str) -> list[Json]:
    """The citations of an answer with OpenAI's fields, and those that it has no words for."""
    is_only = is_only_document(done["sources"])
    return [_annotation(one, is_only=is_only) for one in cited_claims(done, base_url)]


def _annotation(cited: CitedClaim, *, is_only: bool) -> Json:
    facts = asdict(cited)
    places = {"start_index": facts.pop("start"), "end_index": facts.pop("end")}
    places |= {f"{name}_index": facts.pop(name) for name in ("claim_start", "claim_end")}
    del facts["claim"], facts["n"]
    return places | facts | {"only_document": is_only}


def is_only_document(sources: Collection[Json]) -> bool:
    """Whether all that was found is of one document."""
    return len({source["doc_id"] for source in sources}) == 1


def early_claim(citation: Json, source: Json, base_url: str) -> Json:
    """What is known of a citation while the answer is written: not yet where it stands."""
    told = {"answer": "", "citations": [citation], "sources": [source]}
    facts = asdict(cited_claims(told, base_url)[0])
    placed = ("start", "end", "claim_start", "claim_end", "claim")
    return {name: value for name, value in facts.items() if name not in placed}


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
