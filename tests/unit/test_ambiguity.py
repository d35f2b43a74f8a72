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
        "file_name": f"{title.partition(' ')[0].upper()}_{periods}.pdf",
        "organisation": title,
        "periods": periods,
        "document_kind": kind,
        "likely": likely,
    }
    source = {NodeRelationship.SOURCE: RelatedNodeInfo(node_id=title)}
    node = TextNode(text="It was so.", metadata=metadata, relationships=source)
    return NodeWithScore(node=node, score=0.5)


def candidates(question: str, *nodes: NodeWithScore) -> list[str]:
    def likely(_: str, some: Sequence[NodeWithScore]) -> float:
        return max(float(one.node.metadata["likely"]) for one in some)

    return [one.title for one in candidates_of(question, nodes, likely)]


COSTCO, BEST_BUY = found("Costco Wholesale Company"), found("Best Buy Co., Inc.")
BOTH = ["Costco Wholesale Company", "Best Buy Co., Inc."]


@pytest.mark.parametrize(
    "question",
    [
        "What was the gross margin?",
        "What are the total liabilities of the company? Answer in millions.",
        "What was the effective tax rate in 2022?",
        "How did SG&A change since January 2022?",
        "¿Cuál fue el margen bruto?",
        "What does this report say about its suppliers?",
    ],
)
def test_reports_that_answer_alike_are_named(question: str) -> None:
    assert candidates(question, COSTCO, BEST_BUY, COSTCO) == BOTH


@pytest.mark.parametrize(
    "question",
    [
        "What was the gross margin of Costco?",
        "what was costco's gross margin?",
        "What was the gross margin of Walmart?",
        "Compare the gross margins",
        "Which company has the better gross margin?",
        "What do the companies say about suppliers?",
        "What do the reports say about suppliers?",
        "What does the 10-K say about suppliers?",
    ],
)
def test_a_question_that_names_one_or_asks_several_is_clear(question: str) -> None:
    assert candidates(question, COSTCO, BEST_BUY) == []


def test_one_report_is_no_choice() -> None:
    assert candidates("What was the gross margin?", COSTCO, COSTCO) == []
    assert candidates("What was the gross margin?") == []


def test_only_what_answers_about_as_well_is_a_choice() -> None:
    far = found("Best Buy Co., Inc.", likely=0.5)
    weak = [found("Costco", likely=0.3), found("Best Buy", likely=0.3)]

    assert candidates("What was the gross margin?", COSTCO, far) == []
    assert candidates("What was the gross margin?", *weak) == []


def test_only_reports_on_a_period_are_meant_one_by_one() -> None:
    trends = [found("Technology outlook", ""), found("Emerging technologies", "white paper")]
    mixed = [COSTCO, found("Trends in trade", "")]

    assert candidates("What is said about suppliers?", *trends) == []
    assert candidates("What is said about suppliers?", *mixed) == []
    assert len(candidates("What does this paper say about suppliers?", *trends)) == 2


def test_an_annual_report_and_a_10k_are_alike_and_an_earnings_release_is_not() -> None:
    annual = found("Best Buy Co., Inc.", "annual report")
    release = found("Best Buy Co., Inc.", "earnings release")

    assert candidates("What was the gross margin?", COSTCO, annual) == BOTH
    assert candidates("What was the gross margin?", COSTCO, release) == []


def test_a_year_leaves_those_that_are_about_it() -> None:
    older = found("Ulta Beauty, Inc.", periods="2019")

    assert candidates("What was the gross margin in 2022?", COSTCO, older, BEST_BUY) == BOTH
    assert candidates("What was the gross margin in 2022?", COSTCO, older) == []
