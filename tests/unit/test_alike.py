"""Passages that say the same are one source; where anything is lost they are two."""

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from llama_index.core.schema import NodeRelationship, NodeWithScore, RelatedNodeInfo, TextNode

from citewire.services.citations.model import Source
from citewire.storage.library.passage_node import ALSO_IN
from citewire.workflows.alike import distinct, words_in
from citewire.workflows.prompts import source_block

POLICY = (
    "The harbour recognises dues when a ship has left its quay, and measures them at the amount "
    "that it expects to receive. Dues of 2022 were 412 thousand crowns, and none was waived."
)


def found(*texts: str) -> list[NodeWithScore]:
    nodes = []
    for number, text in enumerate(texts):
        metadata = {
            "title": f"Report {number}", "file_name": f"{number}.pdf", "folder": "f",
            "page": number + 1, "page_label": str(number + 1), "start": 0, "end": len(text),
        }  # fmt: skip
        node = TextNode(id_=f"p{number}", text=text, metadata=metadata)
        node.relationships[NodeRelationship.SOURCE] = RelatedNodeInfo(node_id=f"d{number}")
        nodes.append(NodeWithScore(node=node, score=1 - number / 100))
    return nodes


def ids(nodes: list[NodeWithScore]) -> list[str]:
    return [one.node.node_id for one in nodes]


@pytest.mark.parametrize(
    "other",
    [
        POLICY,
        POLICY.upper(),
        POLICY.replace(" ", "\n"),
        POLICY.replace(", and", "; and"),
        POLICY.replace("a ship has left its", "the ship has left this"),
        POLICY.replace("that it expects", "it expects"),
    ],
)
def test_the_same_words_are_one_source_that_tells_where_they_stand(other: str) -> None:
    [kept, last] = distinct(found(POLICY, other, "Something else."), limit=3)

    assert ids([kept, last]) == ["p0", "p2"]
    assert [one.node_id for one in kept.node.metadata[ALSO_IN]] == ["p1"]
    told = Source.from_node(1, kept)
    assert [(one.doc_id, one.page) for one in told.also_in] == [("d1", 2)]
    assert 'also-in="Report 1, p. 2"' in source_block(1, kept.node, "id")


@pytest.mark.parametrize(
    "other",
    [
        POLICY.replace("412", "431"),
        POLICY.replace("2022", "2023"),
        POLICY.replace("412", "(412)"),
        POLICY.replace("and none was", "and one was"),
        POLICY.replace("recognises", "never recognises"),
        POLICY.replace("harbour", "Quillmere railway"),
        f"{POLICY} The railway pays its dues in advance, by the tonne.",
    ],
)
def test_another_figure_year_name_or_denial_is_another_source(other: str) -> None:
    assert ids(distinct(found(POLICY, other), limit=2)) == ["p0", "p1"]


def test_words_in_another_order_say_something_else() -> None:
    first = "Costs of the north basin rose and costs of the south basin fell in the year."
    other = "In the year costs fell of the basin south and the costs of north rose basin."

    assert len(distinct(found(first, other), limit=2)) == 2


def test_passages_that_say_the_same_make_room_for_others() -> None:
    nodes = found(POLICY, POLICY, POLICY, "Second.", "Third.", "Fourth.")

    assert ids(distinct(nodes, limit=3)) == ["p0", "p3", "p4"]


def test_hostile_text_is_compared_in_linear_time() -> None:
    nodes = found(*["not 1 " * 20_000] * 6, *["9" * 100_000, "a" * 100_000, "(" * 100_000])
    begun = time.process_time()
    distinct(nodes, limit=6)

    assert time.process_time() - begun < 10


@given(st.text(alphabet=st.one_of(st.characters(max_codepoint=255), st.sampled_from("’–—ſıİ٣"))))
@example("Net sales’ “growth” — 3_4\x1cof £5")
def test_the_words_are_those_of_the_pattern_by_either_way(text: str) -> None:
    assert words_in(text) == re.findall(r"\w+", text.casefold())
