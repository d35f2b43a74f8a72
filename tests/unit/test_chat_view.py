"""What `citewire chat` shows: nothing that a terminal obeys, footnotes, sources as numbered."""

import string
import unicodedata
from typing import Any

import pytest

from citewire.scripts.chat.view import footnotes, quoted_parts, remarks, source_lines
from citewire.scripts.plain_text import harmless
from citewire.services.answers.reducer import ToldAnswer

Json = dict[str, Any]


def source(n: int, **more: object) -> Json:
    known = {"passage_id": f"p{n}", "title": f"Report {n}", "page_label": f"A-{n}", "page_start": n}
    return {"n": n, **known, "folder": "harbours", "text": f"Text {n}. More of it.", **more}


def citation(n: int, label: int, **more: Any) -> Json:
    return {
        "citation_id": f"c{label}",
        "n": n,
        "label": label,
        "claim_span": {"start": label, "end": label},
        "quote": {"text": f"Text {n}.", "page": n, "match": "exact"},
        "verification": {"status": "supported", "score": 1.0, "method": "words"},
        "origin": "marked",
        **more,
    }


def doubted(status: str) -> Json:
    return {"verification": {"status": status, "score": 0.1, "method": "words"}}


@pytest.mark.parametrize("code", [*range(0x20), 0x7F, *range(0x80, 0xA0)])
def test_no_control_character_reaches_the_terminal(code: int) -> None:
    shown = harmless(f"a{chr(code)}b")

    assert [c for c in shown if unicodedata.category(c) == "Cc"] == [
        c for c in chr(code) if c in "\t\n"
    ]
    assert len(shown) == 3


def test_the_direction_of_writing_cannot_be_turned() -> None:
    turning = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

    assert harmless(turning) == "\ufffd" * len(turning)


def test_other_text_is_shown_as_it_is() -> None:
    text = string.printable.replace("\r", "").replace("\x0b", "").replace("\x0c", "")

    assert harmless(f"{text}é 港 🚢 \u200d") == f"{text}é 港 🚢 \u200d"
    assert harmless("a\r\nb") == "a\nb"


def test_footnotes_are_those_cited_in_the_order_of_their_labels() -> None:
    answer = ToldAnswer(
        sources=[source(1), source(2), source(3)],
        citations=[citation(3, 1), citation(1, 2, **doubted("partial")), citation(3, 1)],
    )

    assert footnotes(answer) == [
        "[1] Report 3, p. A-3: “Text 3.”",
        "[2] Report 1, p. A-1: “Text 1.” (partly supported)",
    ]


@pytest.mark.parametrize(
    ("status", "said"),
    [("unsupported", "not supported by its source"), ("unchecked", "not checked")],
)
def test_a_footnote_says_what_is_doubtful(status: str, said: str) -> None:
    answer = ToldAnswer(sources=[source(1)], citations=[citation(1, 1, **doubted(status))])

    assert footnotes(answer) == [f"[1] Report 1, p. A-1: “Text 1.” ({said})"]


def test_a_quotation_is_not_doubted() -> None:
    quoted = {"status": "unchecked", "score": None, "method": "quoted"}
    answer = ToldAnswer(sources=[source(1)], citations=[citation(1, 1, verification=quoted)])

    assert footnotes(answer) == ["[1] Report 1, p. A-1: “Text 1.”"]


def test_a_footnote_without_quote_and_label_has_the_page_of_the_file() -> None:
    quote = {"text": "", "page": 1, "match": "none"}
    cited = citation(1, 1, quote=quote, origin="inferred")
    answer = ToldAnswer(sources=[source(1, page_label="")], citations=[cited])

    assert footnotes(answer) == ["[1] Report 1, p. 1 (found afterwards, not cited)"]


def test_sources_have_the_numbers_of_the_text_and_those_not_cited_come_after() -> None:
    answer = ToldAnswer(sources=[source(1), source(2), source(3)], citations=[citation(3, 1)])

    assert source_lines(answer, {}) == [
        "[1] Report 3, p. A-3, in harbours",
        "    Text 3. More of it.",
        "[2] Report 1, p. A-1, in harbours (not cited)",
        "    Text 1. More of it.",
        "[3] Report 2, p. A-2, in harbours (not cited)",
        "    Text 2. More of it.",
    ]


def test_a_source_whose_report_was_removed_says_so() -> None:
    answer = ToldAnswer(sources=[source(1), source(2)])
    fates: dict[str, Json] = {
        "p1": {"state": "current", "note": None},
        "p2": {"state": "gone", "note": "The report was removed."},
    }

    assert source_lines(answer, fates) == [
        "[1] Report 1, p. A-1, in harbours (not cited)",
        "    Text 1. More of it.",
        "[2] Report 2, p. A-2, in harbours (not cited)",
        "    Text 2. More of it.",
        "    The report was removed.",
    ]


def test_the_quoted_words_of_a_passage_are_set_off() -> None:
    answer = ToldAnswer(sources=[source(1)], citations=[citation(1, 1)])

    assert list(quoted_parts(answer, source(1))) == [("Text 1.", True), (" More of it.", False)]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (ToldAnswer(end="done", finish_reason="stop", evidence="strong"), []),
        (
            ToldAnswer(end="done", finish_reason="stop", evidence="weak", sources=[source(1)]),
            ["Weak evidence: the reports may not answer this."],
        ),
        # A reply that asks no report has no evidence, and needs none.
        (ToldAnswer(end="done", finish_reason="stop", evidence="none"), []),
        (
            ToldAnswer(
                end="done", finish_reason="no_evidence", evidence="weak", sources=[source(1)]
            ),
            ["No evidence: the reports do not answer this."],
        ),
        (
            ToldAnswer(end="done", finish_reason="blocked"),
            ["Blocked: this question is not answered."],
        ),
        (
            ToldAnswer(end="done", finish_reason="length"),
            ["The answer was cut short: it reached the maximum length."],
        ),
        (ToldAnswer(end="stopped", stopped_by="user"), ["Stopped."]),
        (ToldAnswer(end="stopped", stopped_by="timeout"), ["Stopped: it took too long."]),
        (
            ToldAnswer(end="error", error="the model is over its limits"),
            ["Error: the model is over its limits."],
        ),
        (ToldAnswer(end="error", error="not a server?"), ["Error: not a server?"]),
        (ToldAnswer(end="error", error="it took too long …"), ["Error: it took too long …"]),
        (ToldAnswer(end="error", error="no answer.."), ["Error: no answer."]),
        (ToldAnswer(end="error", error=" . "), ["Error: the answer failed."]),
        (ToldAnswer(), ["Cancelled: the answer was left before its end."]),
        (
            ToldAnswer(
                end="done",
                warnings=[
                    {"code": "unsupported_number", "message": "12 is in no source"},
                    {"code": "dropped_marker", "message": "[9] names no source"},
                ],
            ),
            ["12 is in no source"],
        ),
    ],
)
def test_it_is_said_how_an_answer_ended(answer: ToldAnswer, said: list[str]) -> None:
    assert remarks(answer) == said
