"""Verdicts on what stands beside a source: neither "not there" nor said by what does not say it."""

from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest
from llama_index.core.schema import NodeRelationship, NodeWithScore, RelatedNodeInfo, TextNode

from citewire.content.table import grid_of
from citewire.content.table_record import TABLE, table_to_json
from citewire.content.withheld import WITHHELD, to_json
from citewire.services.answers.answer import Answer
from citewire.services.answers.closing import settle
from citewire.services.answers.reducer import ToldAnswer
from citewire.services.answers.turns import kept_passages
from citewire.services.citations.checking import Checker
from citewire.services.citations.model import Citation
from citewire.storage.library.passage_node import CONTEXT
from citewire.workflows.events import AnsweredEvent, DeltaEvent, SourcesEvent
from tests.unit.test_answer import CHECKER, IDS, QUESTION

LEAD = "The harbour of Quillmere counts all ships that enter. The counts of the year follow below."
COUNT = "In 2023 the harbour of Quillmere counted 987 ships, and it dredged the northern basin."
OTHER = "The railway of Oldmoor carried 55 trains a day on its single track through the hills."


def passage(number: int, text: str, **facts: str) -> TextNode:
    metadata = {
        "title": "Quillmere", "file_name": "a.pdf", "folder": "f", "page": 4, "page_label": "4",
        "start": number * 100, "end": number * 100 + 90, "kind": "text", **facts,
    }  # fmt: skip
    node = TextNode(id_=f"p{number}", text=text, metadata=metadata)
    node.relationships[NodeRelationship.SOURCE] = RelatedNodeInfo(node_id="d")
    return node


def source(node: TextNode, *context: TextNode) -> NodeWithScore:
    return NodeWithScore(
        node=node.model_copy(update={"metadata": {**node.metadata, CONTEXT: list(context)}}),
        score=0.5,
    )


async def citations(
    said: str, *nodes: NodeWithScore, checker: Checker = CHECKER
) -> tuple[list[Citation], list[str]]:
    """The citations of an answer, and what was warned of."""
    answer = Answer(IDS, QUESTION, checker)
    answer.take(SourcesEvent(nodes=list(nodes), evidence="strong"))
    answer.take(DeltaEvent(parts=(said,)))
    answer.take(AnsweredEvent(finish_reason="stop"))
    await settle(answer)
    return answer.citations, [warned.message for warned in answer.warnings]


AT_ONCE = Checker(ThreadPoolExecutor(1), at_once=True)


@pytest.mark.parametrize("checker", [CHECKER, AT_ONCE])
async def test_a_figure_beside_the_source_is_found_and_told_to_be_there(checker: Checker) -> None:
    found, warnings = await citations(
        "The harbour of Quillmere counted 987 ships in 2023 [1].",
        source(passage(1, LEAD), passage(0, OTHER), passage(2, COUNT)),
        checker=checker,
    )
    [citation] = found
    verification = citation.verification

    assert verification.status == "supported"
    assert verification.beside is not None
    assert verification.beside.passage_id == "p2"
    assert "987 ships" in verification.beside.quote.text
    assert verification.beside.quote.page == 4
    assert citation.passage_id == "p1"
    assert "987" not in citation.quote.text
    assert warnings == []


async def test_what_the_source_says_itself_is_said_by_it_alone() -> None:
    found, _ = await citations(
        "The harbour of Quillmere counted 987 ships in 2023 [1].",
        source(passage(2, COUNT), passage(1, LEAD)),
    )

    assert found[0].verification.status == "supported"
    assert found[0].verification.beside is None


async def test_a_figure_that_stands_nowhere_is_not_found_beside_either() -> None:
    found, warnings = await citations(
        "The harbour of Quillmere counted 986 ships in 2023 [1].",
        source(passage(1, LEAD), passage(2, COUNT)),
    )

    assert found[0].verification.status == "unsupported"
    assert found[0].verification.beside is None
    assert len(warnings) == 1


async def test_a_figure_of_something_else_beside_the_source_supports_nothing() -> None:
    found, warnings = await citations(
        "The harbour of Quillmere counts 55 ships that enter [1].",
        source(passage(1, LEAD), passage(0, OTHER)),
    )

    assert found[0].verification.status == "unsupported"
    assert warnings == []  # it is not said that the figure is nowhere


async def test_context_is_of_its_own_page_alone() -> None:
    elsewhere = passage(2, COUNT)
    elsewhere.relationships[NodeRelationship.SOURCE] = RelatedNodeInfo(node_id="another")
    found, warnings = await citations(
        "The harbour of Quillmere counted 987 ships in 2023 [1].",
        source(passage(1, LEAD)),
        source(elsewhere, passage(3, COUNT)),
    )

    assert found[0].verification.status == "unsupported"
    assert len(warnings) == 2  # its figure and its year


async def test_context_shown_with_another_source_of_the_page_counts() -> None:
    found, _ = await citations(
        "The harbour of Quillmere counted 987 ships in 2023 [2].",
        source(passage(0, OTHER), passage(2, COUNT)),
        source(passage(1, LEAD)),
    )

    assert found[0].verification.beside is not None
    assert found[0].verification.beside.passage_id == "p2"


async def test_the_cells_of_a_table_beside_the_source_are_read() -> None:
    rows, table = grid_of(
        [["", "2023", "2022"], ["Ships", "987", "912"], ["Tugs", "12", "9"]],
        header_rows=1,
        header_columns=1,
    ).written()
    beside = passage(2, rows, **{TABLE: table_to_json(table), "kind": "table"})
    told, wrong = (
        citations(said, source(passage(1, LEAD), beside))
        for said in ("Ships were 987 in 2023 [1].", "Ships were 912 in 2023 [1].")
    )

    assert (await told)[0][0].verification.status == "supported"
    assert (await wrong)[0][0].verification.status == "unsupported"


async def test_the_rest_of_a_table_is_beside_it_though_it_is_a_source_of_its_own() -> None:
    parts = [
        [["$m", "2023", "2022"], ["Loss from operations", "(3,547)", "(2,902)"]],
        [["$m", "2023", "2022"], ["Net loss", "(5,053)", "(4,290)"]],
    ]
    written = [grid_of(rows, header_rows=1, header_columns=1).written() for rows in parts]
    first, second = (
        source(passage(at, text, **{TABLE: table_to_json(table), "kind": "table"}))
        for at, (text, table) in enumerate(written)
    )
    told, wrong = (
        citations(f"The loss from operations was ${figure} million in 2023 [2].", first, second)
        for figure in ("3,547", "2,902")
    )

    [[found], warnings] = await told
    assert (found.verification.status, warnings) == ("supported", [])
    assert found.verification.beside is not None
    assert found.verification.beside.passage_id == "p0"
    assert (await wrong)[0][0].verification.status == "unsupported"


async def test_what_is_withheld_beside_the_source_supports_nothing() -> None:
    withheld = {WITHHELD: to_json([(0, len(COUNT), "invisible")])}
    found, _ = await citations(
        "The harbour of Quillmere counted 987 ships in 2023 [1].",
        source(passage(1, LEAD), passage(2, COUNT, **withheld)),
    )

    assert found[0].verification.status == "unsupported"


async def test_the_passage_that_has_the_words_is_kept_with_the_turn() -> None:
    answer, told = Answer(IDS, QUESTION, CHECKER), ToldAnswer()
    nodes = [source(passage(1, LEAD), passage(0, OTHER), passage(2, COUNT))]
    said = DeltaEvent(parts=("The harbour of Quillmere counted 987 ships in 2023 [1].",))
    events = [
        *answer.take(SourcesEvent(nodes=nodes, evidence="strong")),
        *answer.take(said),
        *answer.take(AnsweredEvent(finish_reason="stop")),
        *await settle(answer),
    ]
    for event in events:
        told.take(event.name, orjson.loads(orjson.dumps(event)))

    assert kept_passages(answer.sources, answer.citations) == ["p1", "p2"]
    assert told.kept_passages == ["p1", "p2"]


async def test_a_quotation_from_beside_its_source_says_where_it_stands() -> None:
    answer = Answer(IDS, QUESTION, CHECKER)
    nodes = [source(passage(1, LEAD), passage(2, COUNT)), source(passage(3, OTHER))]
    answer.take(SourcesEvent(nodes=nodes, evidence="strong"))
    answer.take(DeltaEvent(parts=(f"{COUNT[:-1]} ", "[1]", "."), quoted=True))
    answer.take(AnsweredEvent(finish_reason="stop"))
    await settle(answer)

    (citation,) = answer.citations
    told = citation.verification.beside
    assert (citation.verification.status, citation.verification.method) == ("unchecked", "quoted")
    assert told is not None
    assert (told.passage_id, told.quote.text) == ("p2", COUNT[:-1])
    assert not answer.citing.doubtful()


async def test_a_quotation_of_its_source_names_nothing_beside_it() -> None:
    answer = Answer(IDS, QUESTION, CHECKER)
    nodes = [source(passage(1, COUNT), passage(2, LEAD))]
    answer.take(SourcesEvent(nodes=nodes, evidence="strong"))
    answer.take(DeltaEvent(parts=(f"{COUNT[:-1]} ", "[1]", "."), quoted=True))
    answer.take(AnsweredEvent(finish_reason="stop"))

    assert answer.citations[0].verification.beside is None
