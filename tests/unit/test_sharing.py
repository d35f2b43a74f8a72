"""What an answer is made of: who has to be a member of what to read it in a shared chat."""

from typing import Any

from citewire.services.chats.sharing import drawn_on

Json = dict[str, Any]


def source(passage_id: str, *, cited: bool = False, title: str = "", beside: str = "") -> Json:
    context = [{"passage_id": beside}] if beside else []
    return {"passage_id": passage_id, "cited": cited, "title": title, "context": context}


def answer(*sources: Json, **more: Any) -> Json:
    told: Json = {"text": "An answer.", "finish_reason": "stop", "citations": []}
    return {**told, "sources": list(sources), **more}


def drawn(message: Json) -> list[str]:
    return [one["passage_id"] for one in drawn_on(message)]


def test_an_answer_is_made_of_what_it_cites() -> None:
    assert drawn(answer(source("a"), source("b", cited=True))) == ["b"]


def test_an_answer_that_cites_nothing_may_be_made_of_all() -> None:
    assert drawn(answer(source("a"), source("b"))) == ["a", "b"]
    assert drawn(answer(source("a"), text="")) == []


def test_figures_that_a_claim_is_calculated_of_are_cited_with_it() -> None:
    operands = [{"passage_id": "a"}, {"passage_id": "beside c"}]
    verification: Json = {"calculations": [{"operands": operands}], "beside": None}
    citations = [{"verification": verification}]
    sources = source("a"), source("b", cited=True), source("c", beside="beside c"), source("d")

    assert drawn(answer(*sources, citations=citations)) == ["a", "b", "c"]


def test_that_there_is_no_evidence_is_made_of_the_reports_that_are_named() -> None:
    told = "Nothing answers this. The nearest passages are in Named report, p. 3."
    sources = source("a", title="Named report"), source("b", title="Another"), source("c")

    assert drawn(answer(*sources, text=told, finish_reason="no_evidence")) == ["a"]


def test_a_list_of_documents_is_made_of_no_source() -> None:
    assert drawn(answer(source("a"), route="catalogue")) == []
    assert drawn(answer(source("a", cited=True), route="catalogue")) == ["a"]
