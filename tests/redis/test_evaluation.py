"""Evaluating citations: questions read, answers measured and summed up, the command."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from redis.asyncio import Redis

from citewire.errors import ConfigurationError
from citewire.services.answers.events import Done, Timings, Usage
from citewire.services.citations.model import Citation, Quote, Source, Span, Verification, Withheld
from citewire.services.evaluation.citations import examine, statements_of, sum_up
from citewire.services.evaluation.questions import AskedQuestion, read_questions
from citewire.storage.chats.store import ChatStore
from citewire.storage.keys import DEFAULT_OWNER
from tests.doubles.corpus import write_corpus
from tests.doubles.server_fixtures import KEY, MAIN, environment
from tests.doubles.standin_fixtures import Standin

TEXTS = ("The ferries carried 1.8 million passengers in 2023.", "A slipway was built at Oxna.")
ASKED = AskedQuestion("one", "How many passengers?", True, frozenset({("ferries.pdf", 4)}))


def source(n: int, text: str) -> Source:
    return Source(
        n=n,
        passage_id=f"p{n}",
        doc_id="d",
        title="Ferries",
        file_name="ferries.pdf",
        folder="reports",
        page_start=n + 3,
        page_end=n + 3,
        page_label=str(n + 3),
        text=text,
        score=0.5,
        url="",
    )


def citation(answer: str, n: int, *, quote: str | None = None) -> Citation:
    """A citation of source `n` with its marker where the answer shows it."""
    start = len(answer[: answer.index(f"[{n}]")].encode("utf-16-le")) // 2
    text = TEXTS[n - 1] if quote is None else quote
    return Citation(
        citation_id=f"c{n}",
        n=n,
        label=n,
        passage_id=f"p{n}",
        claim_span=Span(0, start),
        marker_span=Span(start, start + 3),
        quote=Quote(text, n + 3, "exact" if text else "none"),
        verification=Verification("supported", 1.0, "words"),
    )


def done(answer: str, *citations: Citation, finish_reason: str = "stop") -> Done:
    return Done(
        run_id="r",
        chat_id="c",
        user_message_id="u",
        assistant_message_id="a",
        finish_reason=finish_reason,  # type: ignore[arg-type]
        answer=answer,
        citations=list(citations),
        sources=[source(n, text) for n, text in enumerate(TEXTS, 1)],
        usage=Usage(),
        timings=Timings(1.0, 2.0, 3.0),
    )


def test_a_sentence_has_the_passages_of_its_own_markers() -> None:
    answer = (
        "🚢 The ferries carried 1.8 million passengers [1]. A slipway was built. [2] Nothing else."
    )
    cited = [citation(answer, 1), citation(answer, 2)]

    found = statements_of(answer, cited, {"p1": TEXTS[0], "p2": TEXTS[1]})

    assert [one.passages for one in found] == [(TEXTS[0],), (TEXTS[1],), ()]


def test_a_right_answer_has_full_marks() -> None:
    answer = "The ferries carried 1.8 million passengers in 2023 [1]."

    one = examine(ASKED, done(answer, citation(answer, 1)), evidence="strong", warnings=[])

    assert (one.cited_right, one.in_sources, one.valid_markers, one.quotes_placed) == (
        True,
        True,
        1,
        1,
    )
    assert one.score is not None
    assert (one.score.recall, one.score.precision) == (1.0, 1.0)


def test_a_marker_that_no_citation_explains_is_not_valid() -> None:
    answer = "The ferries carried 1.8 million passengers in 2023 [1] [7]."

    one = examine(ASKED, done(answer, citation(answer, 1)), evidence="strong", warnings=[])

    assert (one.markers, one.valid_markers) == (2, 1)


def test_a_quote_that_does_not_stand_in_its_passage_is_not_placed() -> None:
    answer = "The ferries carried 1.8 million passengers in 2023 [1]."
    invented = citation(answer, 1, quote="Ferries carried nobody.")

    one = examine(ASKED, done(answer, invented), evidence="strong", warnings=[])

    assert one.quotes_placed == 0


def test_a_wrong_figure_costs_recall() -> None:
    answer = "The ferries carried 2.9 million passengers in 2023 [1]."

    one = examine(ASKED, done(answer, citation(answer, 1)), evidence="strong", warnings=[])

    assert one.score is not None
    assert one.score.recall == 0


def test_declining_is_no_answer_and_has_no_score() -> None:
    declined = done("Nothing answers this.", finish_reason="no_evidence")

    one = examine(ASKED, declined, evidence="none", warnings=[])

    assert (one.answered, one.score) == (False, None)


def test_the_shares_are_of_what_they_say() -> None:
    answer = "The ferries carried 1.8 million passengers in 2023 [1]."
    right = examine(ASKED, done(answer, citation(answer, 1)), evidence="strong", warnings=[])
    declined = examine(
        ASKED, done("None.", finish_reason="no_evidence"), evidence="none", warnings=[]
    )

    figures = sum_up([right, declined])

    assert figures["answered, of the answerable"] == 0.5
    assert figures["answered: cited page right"] == 1.0
    assert figures["cited page right"] == 0.5
    assert figures["declined, of the unanswerable"] is None


def test_both_spellings_of_a_question_are_read(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    lines = [
        {"id": "a", "question": "A?", "doc": "a.pdf", "evidence_pages": [2], "more": 1},
        {"question": "B?", "document": "a.pdf", "pages": [3], "follow_up": "a"},
    ]
    path.write_text("\n".join(map(json.dumps, lines)), "utf-8")

    first, second = read_questions(path)

    assert first == AskedQuestion("a", "A?", True, frozenset({("a.pdf", 2)}))
    assert second == AskedQuestion("2", "B?", True, frozenset({("a.pdf", 3)}), "a")


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"answerable": true}', '{"question": "A?", "pages": ["x"]}', "7"]
)
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text('{"question": "A?"}\n' + line, "utf-8")

    with pytest.raises(ConfigurationError, match="line 2"):
        read_questions(path)


def test_a_follow_up_of_nothing_is_named(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text('{"question": "A?", "follow_up": "b"}', "utf-8")

    with pytest.raises(ConfigurationError, match="follows up b"):
        read_questions(path)


def test_withheld_words_of_a_source_support_nothing() -> None:
    hidden = "🚢 The moon is made of cheese."
    text = f"{hidden} {TEXTS[0]}"
    one = source(1, text)
    one.withheld = [Withheld(0, len(hidden) + 1, "invisible")]

    assert one.readable.strip() == TEXTS[0]
    assert one.readable.index(TEXTS[0]) == text.index(TEXTS[0]) + 1  # 🚢 is two units


QUESTIONS = [
    {"id": "a", "question": "How many ships did Quillmere harbour count in 2022?"},
    {"id": "b", "question": "And in 2023?", "follow_up": "a"},
    {"id": "c", "question": "Thank you!"},
]


def eval_command(
    folder: Path, redis_url: str, namespace: str, standin: Standin, *words: str
) -> "subprocess.Popen[bytes]":
    file = folder / "questions.jsonl"
    file.write_text("\n".join(map(json.dumps, QUESTIONS)), "utf-8")
    settings = {"redis_url": redis_url, "namespace": namespace, "data_dir": folder}
    env = environment({**settings, "openai_base_url": standin.base_url, "openai_api_key": KEY})
    command = [sys.executable, "-c", MAIN, "eval", "citations", str(file), *words]
    return subprocess.Popen(
        command, env=env, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


async def test_the_command_leaves_no_chats_unless_it_is_asked_to(
    redis_client: Redis, redis_url: str, namespace: str, standin: Standin, tmp_path: Path
) -> None:
    await write_corpus(redis_url, namespace, standin.base_url)
    for words, kept in (((), 0), (("--keep-chats",), 2)):
        with eval_command(tmp_path, redis_url, namespace, standin, *words) as command:
            _, error = await asyncio.to_thread(command.communicate)
        assert command.returncode == 0, error
        chats = await ChatStore(redis_client, namespace).all_ids(DEFAULT_OWNER)
        assert len(chats) == kept


async def test_an_interrupted_evaluation_leaves_no_chats_either(
    redis_client: Redis, redis_url: str, namespace: str, standin: Standin, tmp_path: Path
) -> None:
    await write_corpus(redis_url, namespace, standin.base_url)
    await standin.configure(tokens=500, inter_delay=0.2)
    store = ChatStore(redis_client, namespace)
    with eval_command(tmp_path, redis_url, namespace, standin) as command:
        await standin.until(within_s=60, started=1)
        command.send_signal(signal.SIGINT)
        _, error = await asyncio.to_thread(command.communicate)
    assert (command.returncode, b"Traceback" in error) == (130, False)
    assert await store.all_ids(DEFAULT_OWNER) == []
