"""The extractive synthesiser: sentences of the sources, with markers, or a plain no."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.response.schema import AsyncStreamingResponse
from llama_index.core.llms.mock import MockLLM
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from citewire.services.models.extractive.choosing import ChosenExtract
from citewire.services.models.extractive.passages import Passage, candidates
from citewire.services.models.extractive.synthesiser import (
    ExtractiveSynthesiser,
    Extracts,
    to_passages,
)
from citewire.services.models.local.minilm import build_minilm
from citewire.storage.library.passage_node import CONTEXT
from citewire.text.scanner import Marker, MarkerScanner
from citewire.text.sentences import split_sentences
from citewire.workflows.citation_engine import PassageCitationEngine, WholePassages
from citewire.workflows.run_context import RunContext

PASSAGES = (
    """The cooperative's revenue rose to 4.2 million euros in 2024, from 3.6 million
a year before. Membership grew as well, mostly among young bakers.""",
    """La directora, Ana Quiroga, dirige la fundación desde 2019. El presupuesto fue de
1,3 millones de euros en 2023.""",
    """Revenue was 3.6 million euros in 2023. The cooperative opened a second workshop in
Porto, close to the old harbour.""",
    """Contents
Chapter 1: Revenue of the cooperative .......... 12
THE COOPERATIVE AND ITS REVENUE IN FIGURES
Ovens were repaired twice. The roof of the bakery is insulated with cork.""",
)


def _node(text: str, file_name: str = "review.pdf") -> NodeWithScore:
    node = TextNode(
        text=text,
        metadata={"title": "Yearly review", "file_name": file_name, "page": 3},
    )
    return NodeWithScore(node=node, score=0.5)


def _nodes(texts: Sequence[str] = PASSAGES) -> list[NodeWithScore]:
    return [_node(text) for text in texts]


@pytest.fixture(scope="module")
def synthesiser() -> Iterator[ExtractiveSynthesiser]:
    with build_minilm() as model:
        yield ExtractiveSynthesiser(model)


async def _answer(synthesiser: ExtractiveSynthesiser, question: str, *texts: str) -> str:
    return await _all_of(await synthesiser.asynthesize(question, _nodes(texts or PASSAGES)))


async def _all_of(response: AsyncStreamingResponse) -> str:
    return "".join([piece async for piece in response.response_gen])


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What was the revenue in 2023?", "Revenue was 3.6 million euros in 2023 [3]."),
        (
            "What was the revenue in 2024?",
            "The cooperative's revenue rose to 4.2 million euros in 2024, "
            "from 3.6 million a year before [1].",
        ),
        (
            "Where did the cooperative open a workshop?",
            "The cooperative opened a second workshop in Porto, close to the old harbour [3].",
        ),
        (
            "¿Quién dirige la fundación?",
            "La directora, Ana Quiroga, dirige la fundación desde 2019 [2].",
        ),
        (
            "¿Cuál fue el presupuesto en 2023?",
            "El presupuesto fue de 1,3 millones de euros en 2023 [2].",
        ),
    ],
)
async def test_the_sentence_that_answers_is_quoted_with_its_marker(
    synthesiser: ExtractiveSynthesiser, question: str, answer: str
) -> None:
    assert (await _answer(synthesiser, question)).startswith(answer)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (
            "Who won the chess tournament?",
            "Nothing in the reports that were searched answers this question.",
        ),
        (
            "¿Quién ganó el torneo de ajedrez?",
            "Nada en los informes consultados responde a esta pregunta.",
        ),
        (
            "What was the revenue in 2031?",
            "Nothing in the reports that were searched answers this question.",
        ),
        (
            "What was the revenue in 2023 compared to 2031?",
            "Nothing in the reports that were searched answers this question.",
        ),
        (
            "What was the revenue in 2019?",
            "Nothing in the reports that were searched answers this question.",
        ),
    ],
)
async def test_what_no_passage_answers_is_declined_in_the_language_of_the_question(
    synthesiser: ExtractiveSynthesiser, question: str, answer: str
) -> None:
    assert (await _answer(synthesiser, question)).startswith(answer)


async def test_declining_is_told_by_the_finish_reason(synthesiser: ExtractiveSynthesiser) -> None:
    run = RunContext()
    response = await synthesiser.asynthesize("Who won the chess tournament?", _nodes(), run=run)
    async for _ in response.response_gen:
        pass

    assert run.generation.finish_reason == "no_evidence"


@pytest.mark.parametrize(
    "question",
    [
        "What share of infants went online?",
        "How many Chinese respondents saw the bakery as the leading power?",
        "How much did revenue in Japan rise?",
    ],
)
async def test_what_is_said_of_others_is_no_answer(
    synthesiser: ExtractiveSynthesiser, question: str
) -> None:
    texts = (*PASSAGES, "Of all Americans 41% see China as the leading power, and 86% go online.")
    assert (await _answer(synthesiser, question, *texts)).startswith("Nothing in the reports")


async def test_years_that_only_another_report_has_are_no_years_of_the_answer(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    nodes = _nodes(["Of people older than 65, 59% went online in 2013, and 37% of the oldest did."])
    nodes.append(_node("Sales of the harbour rose in 2000 and fell in 2022.", "harbour.pdf"))
    question = "How many people older than 65 went online in 2000, and how many in 2022?"
    answer = await synthesiser.asynthesize(question, nodes, evidence="strong")
    assert "59%" not in await _all_of(answer)


async def test_a_figure_of_the_year_of_its_report_is_only_the_nearest_for_another_year(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    text = "The harbour received 1,912 ship calls. Two cranes were built instead of one in 2022."
    node = TextNode(
        text=text, metadata={"title": "Annual Report 2023", "file_name": "2023.pdf", "page": 3}
    )

    async def answer(question: str) -> str:
        nodes = [NodeWithScore(node=node, score=0.5)]
        return await _all_of(await synthesiser.asynthesize(question, nodes))

    told = await answer("How many ship calls did the harbour receive in 2022?")
    assert told.startswith("No sentence or row that was found answers this directly.")
    told = await answer("How many ship calls did the harbour receive in 2023?")
    assert told.startswith("The harbour received 1,912 ship calls")


@pytest.mark.parametrize(
    ("question", "lead"),
    [
        (
            "What was the revenue of Zarnholm SA in 2024?",
            "No report that was found names Zarnholm SA. The nearest is:",
        ),
        (
            "¿Cuál fue el presupuesto de Zarnholm en 2023?",
            "Ningún informe encontrado nombra a Zarnholm. Lo más cercano es:",
        ),
        ("What was the Zarnholm's revenue in 2024?", ""),
    ],
)
async def test_a_firm_that_nothing_names_is_not_answered_from_another(
    synthesiser: ExtractiveSynthesiser, question: str, lead: str
) -> None:
    answer = await _answer(synthesiser, question, *PASSAGES)
    assert answer.startswith(lead or "No report that was found names Zarnholm.")


@pytest.mark.parametrize(
    "question",
    ["What was the revenue of Cooperativ in 2024?", "How much did Porto's second workshop cost?"],
)
async def test_a_name_that_passages_have_or_nearly_have_is_known(
    synthesiser: ExtractiveSynthesiser, question: str
) -> None:
    assert "No report" not in await _answer(synthesiser, question, *PASSAGES)


async def test_where_each_report_is_known_to_be_of_somebody_else_nothing_is_told(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    nodes = _nodes(PASSAGES[:1])
    nodes[0].node.metadata["organisation"] = "Bakers United"
    question = "What was the revenue of Zarnholm SA in 2024?"
    answer = await _all_of(await synthesiser.asynthesize(question, nodes, evidence="strong"))
    assert answer.startswith("Nothing in the reports")


async def test_no_passages_at_all_are_declined(synthesiser: ExtractiveSynthesiser) -> None:
    run = RunContext()
    response = await synthesiser.asynthesize("What was the revenue?", [], run=run)
    async for _ in response.response_gen:
        pass

    assert run.generation.finish_reason == "no_evidence"


async def test_the_answer_comes_word_by_word_and_is_counted(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    run = RunContext()
    response = await synthesiser.asynthesize("What was the revenue in 2023?", _nodes(), run=run)
    pieces = [piece async for piece in response.response_gen]

    assert pieces[:8] == "Revenue| was| 3.6| million| euros| in| 2023| [3].".split("|")
    assert run.generation.completion_tokens == len(pieces)


async def test_a_sentence_that_says_the_same_again_is_left_out(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    answer = await _answer(
        synthesiser,
        "How tall is the lighthouse?",
        "The lighthouse is 41 metres tall.",
        "The lighthouse is 41 metres tall and white.",
    )

    assert answer.partition("\n\n")[0].count("[") == 1


async def test_a_source_that_does_not_answer_is_not_told(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    answer = await _answer(
        synthesiser,
        "How tall is the lighthouse at Skarv?",
        "The lighthouse at Skarv is 41 metres tall.",
        "Boats pass Skarv daily. The crew of the lighthouse has a boat of its own.",
    )

    assert answer == "The lighthouse at Skarv is 41 metres tall [1]."


async def test_a_footnote_of_the_report_is_not_mistaken_for_a_marker(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    answer = await _answer(
        synthesiser, "How tall is the lighthouse?", "The lighthouse is 41 metres tall [7]."
    )

    assert answer == "The lighthouse is 41 metres tall (7) [1]."


async def test_all_nodes_are_reported_as_sources(synthesiser: ExtractiveSynthesiser) -> None:
    nodes, more = _nodes(), _nodes(("One more.",))
    response = await synthesiser.asynthesize(QueryBundle("Revenue?"), nodes, more)

    assert response.source_nodes == [*nodes, *more]
    await response.response_gen.aclose()


async def test_closing_the_stream_ends_it_and_stops_the_count(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    run = RunContext()
    response = await synthesiser.asynthesize("What was the revenue in 2023?", _nodes(), run=run)
    stream = response.response_gen
    async for _ in stream:
        break
    await stream.aclose()

    assert [piece async for piece in stream] == []
    assert run.generation.completion_tokens == 1


class _HangingEmbedding(BaseEmbedding):
    """Never answers; tells when it was cancelled."""

    cancelled: bool = False

    def _get_query_embedding(self, query: str) -> list[float]:
        raise NotImplementedError

    def _get_text_embedding(self, text: str) -> list[float]:
        raise NotImplementedError

    async def _aget_query_embedding(self, query: str) -> list[float]:
        raise NotImplementedError

    async def _aget_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled = True
        return []


async def test_cancelling_reaches_the_embedding_model() -> None:
    model = _HangingEmbedding()
    response = await ExtractiveSynthesiser(model).asynthesize("What was the revenue?", _nodes())
    reading = asyncio.ensure_future(anext(response.response_gen))
    await asyncio.sleep(0.05)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    assert model.cancelled


class _FixedRetriever(BaseRetriever):
    """Finds the same passages for every question."""

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [NodeWithScore(node=TextNode(text=text), score=0.5) for text in PASSAGES]


async def test_it_answers_in_the_place_of_the_model_of_a_citation_engine(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    engine = PassageCitationEngine(
        _FixedRetriever(),
        llm=MockLLM(),
        synthesiser=synthesiser,
        splitter=WholePassages(),
        run=RunContext(),
        withhold=True,
    )
    response: Any = await engine.aquery("What was the revenue in 2023?")

    assert isinstance(response, AsyncStreamingResponse)
    answer = str((await response.get_response()).response)
    assert answer.partition("\n\n")[0] == "Revenue was 3.6 million euros in 2023 [3]."


@pytest.mark.parametrize("first", ["Source of funds 2024 was a loan of 5 m.", "Source 7: a loan."])
def test_a_passage_that_begins_like_a_label_is_read_whole(first: str) -> None:
    text = f"{first}\nIt was paid back early, in two rates."

    assert [passage.text for passage in to_passages([_node(text)])] == [text]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It grew 3.5 per cent. It fell later.", ["It grew 3.5 per cent.", "It fell later."]),
        ("A line that is\nbroken in two.", ["A line that is broken in two."]),
        (
            "Dr. J. Smith met the U.S. envoy, see Fig. 3. They talked.",
            ["Dr. J. Smith met the U.S. envoy, see Fig. 3.", "They talked."],
        ),
        (
            "El Sr. Pérez salió. ¿Por qué? Nadie lo sabe.",
            ["El Sr. Pérez salió.", "¿Por qué?", "Nadie lo sabe."],
        ),
        ("• One thing\n• Another\nthing", ["One thing", "Another thing"]),
        ("Income 4,200 3,900\nCosts 100 90", ["Income 4,200 3,900", "Costs 100 90"]),
        ("収益は増加した。利益は減少した。", ["収益は増加した。", "利益は減少した。"]),
        ("Introduction ......... 4\nThe text begins.", ["The text begins."]),
        ("", []),
    ],
)
def test_sentences_are_found_in_the_text_of_a_pdf(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


def test_headings_and_scraps_are_no_candidates() -> None:
    found = [sentence.text for sentence in candidates([Passage(1, PASSAGES[3])])]

    assert found == ["Ovens were repaired twice.", "The roof of the bakery is insulated with cork."]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("Anna Brandt, University of Porto; Luis Ferreira, Porto Port Authority; Jo Lind.", False),
        ("Office of Rural Development, Ministry of Agriculture, Fisheries and Food", False),
        ("Purchased as Part of | Shares that May Yet | Average Price", False),
        ("Ferreira, L. (2021), Ovens of the North, Porto Press, https://example.org/ovens.", False),
        ("The bakery bought flour from the mills of the valley.", True),
        ("Flour bought of the Valley Mills Cooperative Society Limited | 4,210 | 3,985", True),
        ("Die Bäckerei kaufte das Mehl von den Mühlen im Tal.", True),
        ("合作社的收入在去年增长了很多。", True),
    ],
)
def test_names_references_and_heads_of_tables_are_no_candidates(text: str, is_one: bool) -> None:
    assert bool(candidates([Passage(1, text)])) is is_one


def test_a_number_that_begins_a_line_in_mid_sentence_is_no_list_item() -> None:
    text = (
        "In May the board approved the rebuilding of the quay wall at Berth\n"
        "6. In November it approved the second phase of the programme, which\n"
        "will let ships switch off their engines."
    )

    assert split_sentences(text) == [
        "In May the board approved the rebuilding of the quay wall at Berth 6.",
        "In November it approved the second phase of the programme, which will let ships switch "
        "off their engines.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Ships came.",
        "It printed `x and ended.",
        "The cost was $x and so on.",
        "The formula \\(a is cut off.",
        "It cost $$ five.",
        "See (Source 3) and [doc 4] and 【5】.",
        "It names [1, p. 3] there.",
        "As noted [12].",
    ],
)
def test_the_marker_of_a_quoted_sentence_is_always_read_as_one(text: str) -> None:
    answer = Extracts([ChosenExtract(text, 1), ChosenExtract("Trains fell 3$.", 2)]).text
    scanner = MarkerScanner(99)
    found = [*scanner.feed(answer), *scanner.release()]

    assert [item for item in found if not isinstance(item, str)] == [Marker(1), Marker(2)]


def test_a_sentence_of_which_a_part_is_withheld_is_not_quoted() -> None:
    text = "Revenue was four million euros. It grew by [withheld] in the last year."

    assert [one.text for one in candidates([Passage(1, text)])] == [
        "Revenue was four million euros."
    ]


def _on_page(page: int, text: str, *beside: str) -> NodeWithScore:
    facts = {"title": "Yearly review", "file_name": "review.pdf", "page": page}
    context = [TextNode(text=other, metadata=facts) for other in beside]
    node = TextNode(text=text, metadata={**facts, CONTEXT: context})
    return NodeWithScore(node=node, score=0.5)


async def _told(synthesiser: ExtractiveSynthesiser, question: str, *nodes: NodeWithScore) -> str:
    response = await synthesiser.asynthesize(question, list(nodes))
    return "".join([piece async for piece in response.response_gen])


async def test_what_stands_beside_a_source_is_told_with_its_marker(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    lead = "The workshop of the cooperative has an oven that bakes bread."
    told = await _told(
        synthesiser,
        "How many loaves does the oven of the workshop bake?",
        _on_page(1, lead, "The oven of the workshop bakes 412 loaves of bread a day."),
    )

    assert "bakes 412 loaves of bread a day [1]." in told


async def test_what_stands_beside_sources_answers_nothing_that_they_do_not_speak_of(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    source = "Ovens were repaired twice, and the roof is insulated with cork."
    beside = "Ana Quiroga won the chess tournament."
    told = await _told(synthesiser, "Who won the chess tournament?", _on_page(1, source, beside))

    assert told.startswith("Nothing in the reports")


async def test_the_second_sentence_is_rather_of_another_page(
    synthesiser: ExtractiveSynthesiser,
) -> None:
    told = await _told(
        synthesiser,
        "How many loaves does the oven bake?",
        _on_page(1, "The oven bakes 412 loaves. A second oven for the loaves was bought in Porto."),
        _on_page(2, "In the year before, the oven had to bake only 380 loaves."),
    )

    assert told.startswith("The oven bakes 412 loaves [1].")
    assert "380 loaves [2]." in told
