"""Building what suggests what one may ask, on an open library."""

import asyncio

from citewire.services.access.allowances import Allowances
from citewire.services.assembly.library import Library
from citewire.services.suggestions.by_model import Answered, ModelSuggestions
from citewire.services.suggestions.reports import SuggestingReports
from citewire.services.suggestions.suggesting import Suggesting
from citewire.services.telemetry.metrics import Metrics
from citewire.storage.library.outline import OutlineReader
from citewire.storage.library.suggested import SuggestedStore
from citewire.workflows.engine import Engines
from citewire.workflows.limits import off_the_loop
from citewire.workflows.retriever import PassageFilter
from citewire.workflows.shown import readable


def build_suggesting(
    library: Library, engines: Engines, allowances: Allowances, metrics: Metrics
) -> Suggesting:
    """What suggests what one may ask; a model is asked if there is one and the settings say so."""
    settings, client = library.settings, library.documents.client
    reports = SuggestingReports(OutlineReader(client, settings.storage.namespace))
    if settings.models.answers_from != "openai" or not settings.chats.model_suggestions:
        return Suggesting(reports)
    by_model = ModelSuggestions(
        SuggestedStore(client, settings.storage.namespace),
        reports,
        library.models.answering.llm,
        _answered_by(engines),
        allowances=allowances,
        metrics=metrics,
    )
    return Suggesting(reports, by_model)


def _answered_by(engines: Engines) -> Answered:
    async def answered(question: str, library: str) -> frozenset[str]:
        """As a run searches, and judges what it found."""
        retriever = engines.retriever(PassageFilter(library, searched=(library,)), engines.top_k)
        async with asyncio.timeout(engines.limits.retrieve):
            found = await retriever.aretrieve(question)
        shown = [readable(one) for one in found] if engines.withhold else found
        level = await off_the_loop(question, (), engines.evidence.level, question, shown)
        if level != "strong":
            return frozenset()
        return frozenset(str(one.node.metadata["doc_id"]) for one in found)

    return answered
