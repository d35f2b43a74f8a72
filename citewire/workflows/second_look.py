"""A second look where the first found weak evidence: what was found says where to look next.

Found passages refer to others ("see Note 12", "Figure 3", "the consolidated balance sheets"), and
the report of the best one is likelier to answer than all others together. With a model, it also
says what it would ask next. What is found is added to the sources; none of them is lost for it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Literal

from llama_index.core.schema import NodeWithScore
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
)

from citewire.errors import CitewireError
from citewire.text.signposts import signposts_named
from citewire.workflows.forms import FormFilling
from citewire.workflows.fusion import at_once, in_turn
from citewire.workflows.next_questions import MOST_QUESTIONS, NextQuestions, next_messages
from citewire.workflows.retriever import PassageRetriever
from citewire.workflows.run_context import RunContext

MOST = 2
"""So many passages are added by rule, and as many for what a model asks."""

_DOCUMENTS = 3
_SIGNPOSTS = 12
"""So many documents are looked into for what their passages refer to, and so much of it each."""
_READ = 4000
"""So many characters of a passage are read for what it refers to."""
logger = logging.getLogger(__name__)

Passages = list[NodeWithScore]


@dataclass(frozen=True, slots=True)
class SecondLook:
    """Looks for more where the evidence is weak.

    Args:
        seconds: longest time that it may take; what is not found by then is not waited for.
        forms: the model that says what it would ask next; None asks none.
    """

    seconds: float
    forms: FormFilling | None = None

    async def beyond(
        self,
        retriever: PassageRetriever,
        question: str,
        found: Sequence[NodeWithScore],
        run: RunContext,
    ) -> Passages:
        """Passages that are not among those found, the likeliest first; none if anything fails.

        Args:
            retriever: of the run.
            question: that stays open.
            found: what was found for it, best first.
            run: that it is done in.
        """
        looks: list[Awaitable[Passages]] = [self._by_rule(retriever, question, found)]
        if self.forms is not None:
            looks.append(self._by_model(self.forms, retriever, question, found, run))
        rankings = await asyncio.gather(*(self._in_time(look) for look in looks))
        return new_of(rankings, found, most=MOST * len(looks))

    async def _in_time(self, look: Awaitable[Passages]) -> Passages:
        try:
            async with asyncio.timeout(self.seconds):
                return await look
        except (CitewireError, TimeoutError) as error:
            logger.warning("a second look found nothing: %r", error)
            return []

    async def _by_rule(
        self, retriever: PassageRetriever, question: str, found: Sequence[NodeWithScore]
    ) -> Passages:
        """Of what the passages refer to, and of the report of the best, in turn."""
        within = [*referred_to(found), *in_report_of(found)]
        rankings = await at_once(retriever.search(question, [filters]) for filters in within)
        return new_of(rankings, found, most=MOST)

    async def _by_model(
        self,
        forms: FormFilling,
        retriever: PassageRetriever,
        question: str,
        found: Sequence[NodeWithScore],
        run: RunContext,
    ) -> Passages:
        """For each question that the model would ask next, in turn."""
        with run.asking("look"):
            told = await forms.afill(next_messages(question, found), NextQuestions)
        asked = [one.strip() for one in told.questions if one.strip()][:MOST_QUESTIONS]
        rankings = await at_once(retriever.search(one) for one in asked)
        return new_of(rankings, found, most=MOST)


def most_added(who: Literal["rules", "model", "off"]) -> int:
    """How many passages a second look adds at most, by the setting."""
    return {"rules": MOST, "model": 2 * MOST, "off": 0}[who]


def new_of(
    rankings: Sequence[Sequence[NodeWithScore]], found: Sequence[NodeWithScore], *, most: int
) -> Passages:
    """The first of each ranking, then the second of each, that were not found before."""
    known = {one.node_id for one in found}
    new = [[one for one in ranking if one.node_id not in known] for ranking in rankings]
    return in_turn(new, limit=most)


def referred_to(found: Sequence[NodeWithScore]) -> list[MetadataFilters]:
    """A filter for what the passages refer to, each in its own document; empty if to nothing."""
    named: dict[str, dict[str, None]] = {}
    for one in found:
        signposts = signposts_named(one.node.get_content()[:_READ])
        if signposts:
            named.setdefault(one.node.ref_doc_id or "", {}).update(dict.fromkeys(signposts))
    each: list[MetadataFilter | MetadataFilters] = [
        MetadataFilters(
            filters=[
                _of_document(doc_id),
                MetadataFilter(
                    key="terms",
                    value=list(signposts)[:_SIGNPOSTS],
                    operator=FilterOperator.TEXT_MATCH,
                ),
            ],
            condition=FilterCondition.AND,
        )
        for doc_id, signposts in list(named.items())[:_DOCUMENTS]
    ]
    return [MetadataFilters(filters=each, condition=FilterCondition.OR)] if each else []


def in_report_of(found: Sequence[NodeWithScore]) -> list[MetadataFilters]:
    """A filter for the report of the best passage; empty if nothing was found."""
    return [
        MetadataFilters(
            filters=[_of_document(one.node.ref_doc_id or "")], condition=FilterCondition.AND
        )
        for one in found[:1]
    ]


def _of_document(doc_id: str) -> MetadataFilter:
    return MetadataFilter(key="doc_id", value=[doc_id], operator=FilterOperator.IN)
