"""Titles, snippets and Markdown of chats: pure functions, by examples."""

from typing import Any

import pytest

from citewire.services.answers.titles import tidy_title, title_from_question
from citewire.services.chats.hits import snippet_of
from citewire.services.exports.markdown import to_markdown
from citewire.services.exports.proof import proven
from citewire.storage.chats.store import Chat


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("How many ships?", "How many ships"),
        ("  ¿Cuántos\n\tárboles? ", "Cuántos árboles"),
        ("港口的吞吐量是多少？", "港口的吞吐量是多少"),
        ("?!", "?!"),
        ("word " * 30, ("word " * 12).strip()),
        ("港" * 200, "港" * 60),
        (f"{'a' * 59} {'b' * 9}", "a" * 59),
        (f"Of the harbour, which is the largest there, {'x' * 90}", None),
        ("a\x00b\u2028c", "a b c"),
    ],
)
def test_a_title_is_cut_cleanly(question: str, title: str | None) -> None:
    expected = "Of the harbour, which is the largest there" if title is None else title
    assert title_from_question(question) == expected


def test_a_model_s_title_is_tidied() -> None:
    assert tidy_title('"**Ships in the harbour.**"\n') == "Ships in the harbour"


def test_a_title_cannot_turn_the_direction_of_what_is_around_it() -> None:
    assert tidy_title("Ships\u202egnp.exe\u202c \u2066of\u2069 2023\u200b\ufeff") == (
        "Shipsgnp.exe of 2023"
    )


@pytest.mark.parametrize("text", ["x", "ab " * 200, "港口" * 300, "🚢" * 300, "a" * 1000, ""])
@pytest.mark.parametrize("q", ["ab", "港口", "🚢", "zz", "a"])
def test_a_snippet_is_short_and_its_matches_are_in_it(text: str, q: str) -> None:
    snippet = snippet_of(text, q, None)

    assert len(snippet.text) <= 162
    units = snippet.text.encode("utf-16-le")
    for match in snippet.matches:
        found = units[match.start * 2 : match.end * 2].decode("utf-16-le")
        assert found in text
        assert found


@pytest.mark.parametrize(
    ("text", "q", "found"),
    [
        ("口语 港口吞吐量 港 报告", "港口", ["港口"]),
        (f"人口问题。{'经济发展情况很好。' * 40}最后说港口吞吐量。", "港口", ["港口"]),
        ("Ships in 港口 and harbours", "harbour 港口", ["港口", "harbours"]),
        ("ภาษาไทย สา ภา", "ภาษา", ["ภาษา"]),
    ],
)
def test_characters_in_a_row_are_found_in_a_row(text: str, q: str, found: list[str]) -> None:
    snippet = snippet_of(text, q, None)

    assert [snippet.text[match.start : match.end] for match in snippet.matches] == found


def message(role: str, text: str, **more: Any) -> dict[str, Any]:
    parent = None if role == "user" else "user"
    made = {"message_id": role, "role": role, "text": text, "status": "complete"}
    return {**made, "parent_id": parent, "sources": [], "citations": [], **more}


def told_of(chat: Chat, *, prefix: str = "") -> str:
    return to_markdown(proven(chat), prefix=prefix)


def chat_of(*messages: dict[str, Any]) -> Chat:
    return Chat("c", "A_title", "then", "now", messages[-1]["message_id"], 2, None, [*messages], {})


def test_citations_are_footnotes_with_title_file_page_and_quote() -> None:
    source = {"passage_id": "p", "title": "Ships *2022*", "file_name": "a.pdf", "cited": True}
    quote = {"text": "Ten ships\ncame.", "page": 4, "match": "exact"}
    text = "🚢 Ten came [1]. Ten [1]."
    citations = [
        # Spans count UTF-16 code units: the ship is two.
        {"passage_id": "p", "marker_span": {"start": start, "end": start + 3}, "quote": quote}
        for start in (12, 21)
    ]
    answer = message("assistant", text, sources=[source], citations=citations)

    told = told_of(chat_of(message("user", "How\nmany?"), answer), prefix="x-")

    assert told.startswith("# A\\_title\n")
    assert "> How\n> many?\n" in told
    assert "\n🚢 Ten came [^x-1]. Ten [^x-1].\n" in told
    assert told.endswith('\n[^x-1]: Ships \\*2022\\*, a.pdf, p. 4: "Ten ships came."\n')


def test_a_question_that_was_taken_apart_is_shown_in_its_parts() -> None:
    answer = message("assistant", "Ten.", sub_questions=["How many\nships?", "And *when*?"])
    told = told_of(chat_of(message("user", "q"), answer))

    assert "> q\n\n*Searched for:*\n\n- How many ships?\n- And \\*when\\*?\n\nTen.\n" in told


def test_an_answer_that_was_stopped_says_so() -> None:
    stopped = message("assistant", "Ten", status="stopped")
    assert "Ten\n\n*(stopped)*" in told_of(chat_of(message("user", "q"), stopped))


@pytest.mark.parametrize(
    ("label", "page"),
    [("12", "p. 12 (13 of the file)"), ("13", "p. 13"), ("", "p. 13"), ("xii", "p. xii (13 of")],
)
def test_a_page_is_told_as_it_is_printed_and_where_in_the_file_it_is(label: str, page: str) -> None:
    source = {"passage_id": "p", "title": "Ships", "file_name": "", "cited": True, "n": 1}
    source |= {"page_label": label, "page_start": 13}
    quote = {"text": "Ten.", "page": 13, "match": "exact"}
    span = {"start": 4, "end": 7}
    citation = {"passage_id": "p", "marker_span": span, "quote": quote}
    answer = message("assistant", "Ten [1].", sources=[source], citations=[citation])
    assert f"[^1]: Ships, {page}" in told_of(chat_of(message("user", "q"), answer))
    # Of an answer of before, whose citations were not kept:
    answer = message("assistant", "Ten [1].", sources=[source])
    assert f"- \\[1\\] Ships, {page}" in told_of(chat_of(message("user", "q"), answer))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"finish_reason": "length"}, "*(cut short: it reached the maximum length)*"),
        (
            {"finish_reason": "content_filter"},
            "*(cut short by the model's provider: content filter)*",
        ),
        ({"status": "error", "error": "no *reply*\nin 9 s"}, "*(error: no \\*reply\\* in 9 s)*"),
        ({"status": "error", "error": None}, "*(error)*"),
    ],
)
def test_an_answer_that_was_cut_or_failed_says_why(facts: dict[str, Any], said: str) -> None:
    answer = message("assistant", "Ten", **facts)
    assert f"Ten\n\n{said}\n" in told_of(chat_of(message("user", "q"), answer))


def test_an_answer_that_is_whole_says_nothing_more() -> None:
    answer = message("assistant", "Ten", finish_reason="stop", error=None)
    assert told_of(chat_of(message("user", "q"), answer)).endswith("> q\n\nTen\n")


def test_what_the_check_did_not_bear_out_is_marked_and_said() -> None:
    source = {"passage_id": "p", "title": "Ships", "file_name": "a.pdf", "cited": True}
    quote = {"text": "Ten ships.", "page": 4, "match": "exact"}
    checks: list[dict[str, Any]] = [
        {"status": "supported", "reason": "", "calculations": [{"formula": "12 − 2"}]},
        {"status": "unsupported", "reason": "“11” is in none", "calculations": []},
        {"status": "partial", "reason": "", "calculations": []},
    ]
    citations = [
        {"passage_id": "p", "marker_span": {"start": at, "end": at + 3}, "quote": quote}
        | {"verification": check}
        for at, check in zip((4, 12, 25), checks, strict=True)
    ]
    answer = message("assistant", "Ten [1]. No [1]. Perhaps [1].", sources=[source])
    answer |= {"citations": citations, "model": "a_model", "evidence": "weak"}
    answer |= {"warnings": [{"code": "unsupported_number", "message": "“11” is in none"}]}

    told = told_of(chat_of(message("user", "q"), answer))

    assert "Ten [^1]. No [^2] ✗. Perhaps [^3] (?)." in told
    assert "\n- ⚠ “11” is in none\n\n*answered by a\\_model; evidence: weak*\n" in told
    quoted = '[^1]: Ships, a.pdf, p. 4: "Ten ships."; '
    assert f"{quoted}supported by this source: calculated: 12 − 2\n" in told
    assert '"Ten ships."; **not supported by this source**: “11” is in none\n' in told
    assert '"Ten ships."; **only partly supported by this source**\n' in told
