"""The stream of an answer as a client sees it: order, numbering, and that shown is stored."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.doubles.chat_client import ChatClient, Event, Json, Told
from tests.doubles.corpus import QUILLMERE_2023, RAILWAYS, TARNHOLT, VESSMARK
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
MORE_THAN_ASCII = "Grüße 🚢🚢 [1] 九百 – Σ"
LINES = "\n\n  - one\r\n\tdata: two\n\nevent: done\n: three \n "
ORDER = re.compile(
    r"start( status| query)* sources( delta| citation| verdict| warning)* (done|stopped|error)"
)


async def test_events_come_in_the_order_of_the_contract(chat: ChatClient) -> None:
    told = await chat.ask(QUESTION)

    assert ORDER.fullmatch(" ".join(told.names))


async def test_ids_number_the_events_without_a_gap(chat: ChatClient) -> None:
    told = await chat.ask(QUESTION)

    run_id = told.events[0].data["run_id"]
    assert [event.id for event in told.events] == [
        f"{run_id}:{seq}" for seq in range(1, len(told.events) + 1)
    ]


async def test_nothing_follows_the_one_terminal_event(chat: ChatClient) -> None:
    told = await chat.ask(QUESTION)

    assert (told.ends, told.last.name) == (["done"], "done")


async def test_start_says_who_answers_and_names_all_ids(chat: ChatClient) -> None:
    start = (await chat.ask(QUESTION)).events[0].data

    names = {"run_id", "chat_id", "user_message_id", "assistant_message_id", "created_at"}
    assert set(start) == {"protocol", "model", *names}
    assert (start["protocol"], start["model"]) == (1, "gpt-4o-mini")
    assert all(start.values())


async def test_start_comes_before_any_call_to_a_model(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(embed_delay=30)

    told = await chat.listen(QUESTION, deltas=0)

    assert told.names == ["start"]


async def test_stages_say_what_happens(chat: ChatClient) -> None:
    told = await chat.ask(QUESTION)

    assert [event.data["stage"] for event in told.all("status")] == [
        "screen",
        "retrieve",
        "generate",
    ]


async def test_sources_come_before_the_model_has_said_anything(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(first_delay=30)

    async with chat.asking(QUESTION) as events:
        heard = await _until_sources(events)

    assert heard.sources[0]["passage_id"] == QUILLMERE_2023.passage_id
    assert "delta" not in heard.names


async def _until_sources(events: AsyncIterator[Event]) -> Told:
    heard: list[Event] = []
    async for event in events:
        heard.append(event)
        if event.name == "sources":
            break
    return Told(heard)


async def test_a_source_tells_all_that_the_contract_names(chat: ChatClient) -> None:
    source = (await chat.ask(QUESTION)).sources[0]

    score = source.pop("score")
    assert source == {
        "n": 1,
        "passage_id": QUILLMERE_2023.passage_id,
        "doc_id": QUILLMERE_2023.doc_id,
        "title": QUILLMERE_2023.title,
        "file_name": f"{QUILLMERE_2023.title}.pdf",
        "folder": QUILLMERE_2023.folder,
        "collection": "private",
        "collection_name": "",
        "outdated": None,
        "page_start": 4,
        "page_end": 4,
        "page_label": "A-4",
        "text": QUILLMERE_2023.text,
        "url": f"/documents/{QUILLMERE_2023.doc_id}/file#page=4",
        "cited": False,
        "withheld": [],
        "kind": "text",
        "table": None,
        "section": "",
        "organisation": "",
        "periods": [],
        "document_kind": "",
        "found_by": ["meaning"],
        "context": [],
        "also_in": [],
    }
    assert 0.45 < score <= 1


async def test_sources_are_numbered_from_the_best_down(chat: ChatClient) -> None:
    sources = (await chat.ask(QUESTION)).sources

    assert [source["n"] for source in sources] == [1, 2, 3, 4, 5, 6]
    scores = [source["score"] for source in sources]
    assert scores == sorted(scores, reverse=True)


async def test_evidence_is_strong_when_the_passage_says_it(chat: ChatClient) -> None:
    told = await chat.ask(QUESTION)

    assert told.all("sources")[0].data["evidence"] == "strong"


async def test_deltas_done_and_the_stored_turn_are_the_same_text(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(tokens=60, inter_delay=0.001)

    told = await chat.ask(QUESTION)

    stored = (await chat.turns(told.chat_id))[1]["text"]
    assert told.text
    assert told.text == told.last.data["answer"] == stored


async def test_line_breaks_and_spaces_of_the_answer_survive(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(text=LINES, cut=1)

    told = await chat.ask(QUESTION)

    assert told.text == told.last.data["answer"] == LINES


async def test_offsets_count_as_javascript_does(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(text=MORE_THAN_ASCII, cut=2)

    told = await chat.ask(QUESTION)

    at, offsets = 0, []
    for event in told.all("delta"):
        offsets.append(at)
        at += len(event.data["text"].encode("utf-16-le")) // 2
    assert [event.data["offset"] for event in told.all("delta")] == offsets
    assert told.text == MORE_THAN_ASCII


async def test_each_turn_is_stored_with_its_question_status_and_sources(
    chat: ChatClient,
) -> None:
    told = await chat.ask(QUESTION)

    asked, answered = await chat.turns(told.chat_id)
    assert [(turn["role"], turn["status"]) for turn in (asked, answered)] == [
        ("user", "complete"),
        ("assistant", "complete"),
    ]
    assert asked["text"] == QUESTION
    assert answered["sources"] == told.last.data["sources"]
    assert [asked["message_id"], answered["message_id"]] == [
        told.last.data["user_message_id"],
        told.last.data["assistant_message_id"],
    ]


async def test_the_turn_is_stored_before_the_client_is_told_that_it_is_done(
    chat: ChatClient,
) -> None:
    async with chat.asking(QUESTION) as events:
        async for event in events:
            if event.name == "done":
                assert len(await chat.turns(event.data["chat_id"])) == 2


async def test_done_counts_tokens_and_times(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(tokens=12)

    done = (await chat.ask(QUESTION)).last.data

    assert done["usage"] == {
        "prompt_tokens": 100,
        "completion_tokens": 12,
        "tokens_after_stop": 0,
    }
    assert 0 < done["timings"]["retrieve_ms"] <= done["timings"]["first_token_ms"]
    assert done["timings"]["first_token_ms"] <= done["timings"]["total_ms"]


async def test_markers_of_any_form_arrive_in_one(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(text="A【1】 b [1, 2] c [Source 3] d [1-2] e ［２］ f.", cut=1)

    told = await chat.ask(QUESTION)

    assert told.text == "A[1] b [1][2] c [3] d [1][2] e [2] f."


async def test_a_marker_of_no_source_is_dropped_with_a_warning(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(text="Ships [9] came [1].", cut=2)

    told = await chat.ask(QUESTION)

    assert told.text == told.last.data["answer"] == "Ships  came [1]."
    assert [event.data["code"] for event in told.all("warning")] == ["dropped_marker"]


async def test_every_citation_is_followed_by_the_delta_that_is_its_marker(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(text="Ships [2][1] came. [2] 🚢", cut=3)

    told = await chat.ask(QUESTION)

    after = [told.events[at + 1] for at, name in enumerate(told.names) if name == "citation"]
    citations = [event.data for event in told.all("citation")]
    assert [event.data["text"] for event in after] == ["[1]", "[2]", "[1]"]
    assert [event.data["offset"] for event in after] == [
        citation["marker_span"]["start"] for citation in citations
    ]
    assert [citation["n"] for citation in citations] == [2, 1, 2]


async def test_verdicts_come_before_the_end_and_are_in_done(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(text="Quillmere harbour counted 538 ships in 2023 [1]. Or 999 [1].")

    told = await chat.ask(QUESTION)

    verdicts = {event.data["citation_id"]: event.data for event in told.all("verdict")}
    citations = told.last.data["citations"]
    assert [verdicts[one["citation_id"]]["verification"] for one in citations] == [
        one["verification"] for one in citations
    ]
    assert [one["verification"]["status"] for one in citations] == ["supported", "unsupported"]
    assert [event.data["code"] for event in told.all("warning")] == ["unsupported_number"]


async def test_done_the_stored_turn_and_the_chat_read_again_have_the_same_citations(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(text="Ships [2] came [1] in 2023, 999 [2][9].")

    told = await chat.ask(QUESTION)

    stored = (await chat.turns(told.chat_id))[1]
    assert stored["citations"] == told.last.data["citations"]
    assert stored["sources"] == told.last.data["sources"]
    assert stored["evidence"] == told.all("sources")[0].data["evidence"]
    assert stored["warnings"] == [event.data for event in told.all("warning")]
    assert [one["label"] for one in stored["citations"]] == [1, 2, 1]


async def test_an_answer_without_a_marker_is_traced_to_its_source(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(text=QUILLMERE_2023.text)

    told = await chat.ask(QUESTION)

    [citation] = told.last.data["citations"]
    assert told.text == QUILLMERE_2023.text
    assert (citation["origin"], citation["n"]) == ("inferred", 1)
    assert citation["marker_span"] == {"start": len(told.text), "end": len(told.text)}


async def test_an_answer_that_cannot_be_traced_is_warned_of(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(text="Bridges are painted green in the mountains.")

    told = await chat.ask(QUESTION)

    assert [event.data["code"] for event in told.all("warning")] == ["no_citation"]


async def test_text_is_not_held_back_when_the_model_is_silent(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(text="so [1 more", cut=5, inter_delay=2)

    told = await chat.ask(QUESTION)

    assert [event.data["text"] for event in told.all("delta")] == ["so ", "[1", " more"]


async def test_sources_that_were_cited_are_marked_in_done(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(text="Ships [2].")

    done = (await chat.ask(QUESTION)).last.data

    assert [source["n"] for source in done["sources"] if source["cited"]] == [2]


async def test_text_held_back_at_the_end_is_shown(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(text="Ships [1] and [2", cut=3)

    told = await chat.ask(QUESTION)

    assert told.text == told.last.data["answer"] == "Ships [1] and [2"


async def test_an_answer_that_was_cut_for_length_says_so(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(finish="length")

    told = await chat.ask(QUESTION)

    assert told.last.data["finish_reason"] == "length"
    assert [event.data["code"] for event in told.all("warning")] == ["truncated"]


@pytest.mark.parametrize("knobs", [{"tokens": 0}, {"text": " \n\n "}], ids=["none", "blank"])
async def test_an_empty_answer_of_the_model_is_said_to_be_one(
    chat: ChatClient, standin: Standin, knobs: dict[str, object]
) -> None:
    await standin.configure(**knobs)

    told = await chat.ask(QUESTION)

    assert told.ends == ["error"]
    assert (told.last.data["code"], told.last.data["retryable"]) == ("model_unavailable", True)
    assert "empty answer" in told.last.data["message"]


async def test_numbers_of_tokens_that_are_none_cost_no_answer(
    chat: ChatClient, standin: Standin
) -> None:
    said = '{"choices": [{"delta": {"content": "Fine."}, "finish_reason": "stop"}]}'
    counts = f'"prompt_tokens": {10**40}, "completion_tokens": "x"'
    await standin.configure(chunks=[said, f'{{"choices": [], "usage": {{{counts}}}}}'])

    told = await chat.ask(QUESTION)

    assert (told.last.name, told.last.data["answer"]) == ("done", "Fine.")
    assert told.last.data["usage"]["prompt_tokens"] == 0
    assert [turn["text"] for turn in await chat.turns(told.chat_id)] == [QUESTION, "Fine."]


NOTHING = {"organisations": ["No such organisation"]}
"""Filters that leave nothing."""


async def test_nothing_found_is_an_outcome_without_a_call_to_the_model(
    chat: ChatClient, standin: Standin
) -> None:
    told = await chat.ask(QUESTION, filters=NOTHING)

    assert told.last.data["finish_reason"] == "no_evidence"
    assert told.all("sources")[0].data["sources"] == []
    assert told.all("sources")[0].data["evidence"] == "none"
    assert (await standin.stats())["started"] == 0


async def test_nothing_found_is_said_and_stored(chat: ChatClient) -> None:
    told = await chat.ask(QUESTION, filters=NOTHING)

    stored = (await chat.turns(told.chat_id))[1]["text"]
    assert "Empty Response" not in told.text
    assert told.text
    assert told.text == told.last.data["answer"] == stored


@pytest.mark.parametrize(
    ("filters", "titles"),
    [
        ({"folders": [RAILWAYS]}, {TARNHOLT.title}),
        ({"doc_ids": [VESSMARK.doc_id]}, {VESSMARK.title}),
        ({"doc_ids": [VESSMARK.doc_id], "folders": [RAILWAYS]}, set()),
    ],
)
async def test_filters_hold_together(chat: ChatClient, filters: Json, titles: set[str]) -> None:
    told = await chat.ask(QUESTION, filters=filters)

    assert {source["title"] for source in told.sources} == titles


async def test_chat_gives_what_the_stream_gives_at_the_end(chat: ChatClient) -> None:
    done = (await chat.ask(QUESTION)).last.data
    answer = await chat.http.post("/chat", json={"message": QUESTION})

    def told(found: Json) -> Json:
        varying = {"run_id", "chat_id", "user_message_id", "assistant_message_id", "timings"}
        for citation in found["citations"]:
            del citation["citation_id"]  # begins with the message's id
        return {name: value for name, value in found.items() if name not in varying}

    assert answer.status_code == 200
    assert told(answer.json()) == told(done)


async def test_chat_is_stored_as_the_stream_is(chat: ChatClient) -> None:
    answer = (await chat.http.post("/chat", json={"message": QUESTION})).json()

    assert [turn["text"] for turn in await chat.turns(answer["chat_id"])] == [
        QUESTION,
        answer["answer"],
    ]


async def test_the_stream_tells_proxies_to_keep_their_hands_off(chat: ChatClient) -> None:
    async with chat.http.stream("POST", "/chat_stream", json={"message": QUESTION}) as answer:
        headers: httpx.Headers = answer.headers

    assert headers["content-type"].startswith("text/event-stream")
    assert headers["cache-control"] == "no-store"
    assert headers["x-accel-buffering"] == "no"


async def test_every_event_has_one_line_of_data(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(text=LINES)
    body = (await chat.http.post("/chat_stream", json={"message": QUESTION})).text

    blocks = body.removesuffix("\n\n").split("\n\n")
    assert all(re.fullmatch(r"event: \w+\nid: \w+:\d+\ndata: \{.*\}", block) for block in blocks)


async def test_documents_are_listed_with_where_they_lie(chat: ChatClient) -> None:
    listed = (await chat.http.get("/documents")).json()["documents"]

    [found] = [document for document in listed if document["doc_id"] == TARNHOLT.doc_id]
    assert (found["title"], found["passages"]) == (TARNHOLT.title, 2)
    assert found["locations"] == [
        {"folder": RAILWAYS, "path": f"{TARNHOLT.title}.pdf", "unread": "", "changed_at": ""}
    ]
