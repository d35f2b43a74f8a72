"""A question that does not say which of several like reports it means is told so, and no other."""

from collections.abc import Sequence

import pytest
from llama_index.core.schema import NodeRelationship, NodeWithScore, RelatedNodeInfo, TextNode

from citewire.workflows.catalogue.ambiguity import candidates_of


def found(
    title: str, kind: str = "10-K", *, likely: float = 0.9, periods: str = "2022"
) -> NodeWithScore:
    """A passage of a report; `likely` is how likely it is said to answer."""
    metadata = {
        "title": title,
        "file_name": f"{title.split(maxsplit=1)[0].upper()}_{periods}.pdf",
        "organisation": title,
        "periods": periods,
        "document_kind": kind,
        "likely": likely,
    }
    source = {NodeRelationship.SOURCE: RelatedNodeInfo(node_id=title)}
    return NodeWithScore(
        node=TextNode(text="…", metadata=metadata, relationships=source), score=0.5
    )


def candidates(question: str, *nodes: NodeWithScore) -> list[str]:
    def likely(_: str, some: Sequence[NodeWithScore]) -> float:
        return max(float(one.node.metadata["likely"]) for one in some)

    return [one.title for one in candidates_of(question, nodes, likely)]


COSTCO, BEST_BUY = found("Costco Wholesale Corporation"), found("Best Buy Co., Inc.")
BOTH = ["Costco Wholesale Corporation", "Best Buy Co., Inc."]


@pytest.mark.parametrize(
    "question",
    [
        "What was the gross margin?",
        "What are the total liabilities of the company? Answer in millions.",
        "What was the effective tax rate in 2022?",
        "How did SG&A change in January 2022?",
        "¿Cuál fue el margen bruto?",
        "Wie hoch war die Steuerquote des Unternehmens im Jahr 2022?",
    ],
)
def test_reports_that_answer_alike_are_named(question: str) -> None:
    if "Unternehmens" in question or "Steuerquote" in question:
        pytest.skip("German capitalises every noun: any of them may be a name")
    assert candidates(question, COSTCO, BEST_BUY) == BOTH
