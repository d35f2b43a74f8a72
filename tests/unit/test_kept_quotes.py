"""What stays of an old answer for who may read its reports no longer."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from citewire.services.answers.kept_quotes import only_quotes_of_lost
from citewire.services.citations.model import Withheld, without_withheld

TEXT = "🜁 Ostry has 512 lamps. The cellar is closed. It was built in 1871."
LOST = "a" * 32


def _source(text: str = TEXT, **more: Any) -> dict[str, Any]:
    beside = {"passage_id": "p2", "text": "Beside it.", "page": 1}
    copies = [{"passage_id": "p3", "collection": LOST}, {"passage_id": "p4"}]
    return {
        **{"passage_id": "p1", "text": text, "collection": LOST, "context": [beside]},
        **{"also_in": copies, "table": {"columns": 2}, "withheld": [], "section": "Cellars"},
        **more,
    }


def _citation(quote: str, passage_id: str = "p1") -> dict[str, Any]:
    return {"passage_id": passage_id, "quote": {"text": quote}, "verification": {"beside": None}}


def _left(source: dict[str, Any], *citations: dict[str, Any]) -> dict[str, Any]:
    told = {"sources": [source], "citations": list(citations), "text": "Said."}
    left = only_quotes_of_lost(told, {"private"})
    assert left["citations"] == told["citations"]
    return dict(left["sources"][0])


def test_only_the_quoted_words_stay_in_their_places() -> None:
    left = _left(_source(), _citation("It was built in 1871."), _citation("Ostry has 512 lamps."))

    start = len("🜁 Ostry has 512 lamps.".encode("utf-16-le")) // 2
    end = start + len(" The cellar is closed. ")
    assert left["text"].split() == [
        *"Ostry has 512 lamps.".split(),
        *"It was built in 1871.".split(),
    ]
    spans = [Withheld(**one) for one in left["withheld"]]
    assert spans == [Withheld(0, 3, "access"), Withheld(start, end, "access")]
    assert left["text"] == without_withheld(TEXT, spans)
    assert (left["context"], left["also_in"], left["table"], left["section"]) == ([], [], None, "")


def test_what_is_not_quoted_has_no_text() -> None:
    for citations in ((), (_citation("Something else"),), (_citation("512", "p9"),)):
        left = _left(_source(), *citations)
        assert left["text"] == ""
        assert left["withheld"] == [{"start": 0, "end": 0, "reason": "access"}]


def test_what_was_withheld_from_the_model_does_not_come_back() -> None:
    hidden = {"start": 0, "end": 3, "reason": "hidden"}
    left = _left(_source(withheld=[hidden]), _citation("🜁 Ostry has 512 lamps."))

    assert "🜁" not in left["text"]


def test_words_that_are_quoted_beside_a_source_stay_in_the_source_that_has_them() -> None:
    beside = {"passage_id": "p1", "quote": {"text": "The cellar is closed."}}
    citation = {**_citation("x", "p0"), "verification": {"beside": beside}}

    assert _left(_source(), citation)["text"].strip() == "The cellar is closed."


def test_what_may_be_read_stays_whole_but_for_copies_elsewhere() -> None:
    own = _source(collection="private")
    left = _left(own)
    assert left == {**own, "also_in": [{"passage_id": "p4"}]}

    old = {"sources": [{"passage_id": "p1", "text": TEXT}], "citations": []}
    assert only_quotes_of_lost(old, {"private"}) is old


@given(st.text(max_size=60), st.lists(st.text(max_size=12), max_size=4), st.data())
def test_blanks_are_all_but_the_quotes(text: str, quotes: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    quotes = [*quotes, text[start : data.draw(st.integers(start, len(text)))]]
    left = _left(_source(text), *map(_citation, quotes))
    spans = [Withheld(**one) for one in left["withheld"]]

    if left["text"]:
        assert left["text"] == without_withheld(text, spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
