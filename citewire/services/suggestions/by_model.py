"""What a model would ask of a library: asked for in the background, and kept until it changes."""

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from llama_index.core.llms import LLM

from citewire.errors import CitewireError, StorageError, TooManyTokens
from citewire.services.access.allowances import Allowances
from citewire.services.suggestions.questions import Question
from citewire.services.suggestions.reports import SuggestingReports, newest
from citewire.services.suggestions.wanted import Language, Offered, messages_for, offered_in
from citewire.services.telemetry.metrics import Metrics
from citewire.storage.keys import Libraries
from citewire.storage.library.documents import DocumentReader, DocumentRecord
from citewire.storage.library.suggested import (
    SuggestedQuestion,
    SuggestedQuestions,
    SuggestedStore,
)
from citewire.tracing.names import SUGGEST
from citewire.tracing.spans import span

logger = logging.getLogger(__name__)

MOST_LIBRARIES: Final = 4
"""Of so many libraries of a person there are questions of a model."""
MOST_TAKEN: Final = 6
MAX_WAITING: Final = 20
CALL_S: Final = 60.0
MOST_KEPT: Final = 512
NO_LANGUAGE: Final = "any"
BUSY: Final = 8
"""With more answers under way than these, suggestions wait."""
PAUSE_S: Final = 0.5

Answered = Callable[[str, str], Awaitable[frozenset[str]]]
"""The documents in which a library answers a question, where there is strong evidence of it."""
Running = Callable[[], int]
"""Counts the answers that are being written."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """A library as it was looked at: how often documents had changed, and what lies in it."""

    changes: int
    version: str
    records: tuple[DocumentRecord, ...]


@dataclass(frozen=True, slots=True)
class _Wish:
    library: str
    language: Language | None
    owner: str
    looked: _Looked

    @property
    def stored_as(self) -> str:
        return self.language or NO_LANGUAGE

    @property
    def key(self) -> tuple[str, str]:
        return self.library, self.stored_as


class ModelSuggestions:
    """Asks a model for questions of libraries; whoever builds it runs `run`.

    A library is asked about once in each language until what lies in it changes, by all workers
    together; what its reports do not answer is not kept.

    Args:
        store: keeps what was suggested.
        reports: tell what they say.
        llm: the model.
        answered: tells whether a question is answered.
        allowances: what owners may spend.
        metrics: count what became of it.
    """

    def __init__(
        self,
        store: SuggestedStore,
        reports: SuggestingReports,
        llm: LLM,
        answered: Answered,
        *,
        allowances: Allowances,
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._reports = reports
        self._llm = llm
        self._answered = answered
        self._allowances = allowances
        self._metrics = metrics
        self._looked: OrderedDict[str, _Looked] = OrderedDict()
        self._queue: asyncio.Queue[_Wish] = asyncio.Queue(MAX_WAITING)
        self._waiting: set[tuple[str, str]] = set()

    async def questions(
        self,
        documents: DocumentReader,
        libraries: Libraries,
        changes: int,
        owner: str,
        language: Language | None,
    ) -> list[Question]:
        """What was suggested for these libraries as they are now; nothing waits for the model.

        Where nothing was, it is asked for in the background. Nothing is told of what goes wrong.

        Args:
            documents: of the libraries.
            libraries: whose documents.
            changes: how often documents were changed.
            owner: on whose account a model is asked.
            language: in which; None: that of the reports.
        """
        asked = libraries[:MOST_LIBRARIES]
        try:
            looked = [await self._look(documents, library, changes) for library in asked]
            found = await self._store.read(asked, language or NO_LANGUAGE)
        except StorageError as error:
            logger.info("suggested questions are not read: %r", error)
            return []
        lists: list[list[Question]] = []
        for library, now, kept in zip(asked, looked, found, strict=True):
            if kept is not None and kept.version == now.version:
                lists.append([Question(one.text, one.doc_ids) for one in kept.questions])
            elif now.records:
                self._submit(_Wish(library, language, owner, now))
        turns = max(map(len, lists), default=0)
        return [some[turn] for turn in range(turns) for some in lists if turn < len(some)]

    def _submit(self, wish: _Wish) -> None:
        if wish.key not in self._waiting and not self._queue.full():
            self._waiting.add(wish.key)
            self._queue.put_nowait(wish)

    async def run(self, running: Running) -> None:
        """Ask the model for what was wished for until cancelled, one library after another."""
        while True:
            wish = await self._queue.get()
            while running() > BUSY:  # noqa: ASYNC110 - the runs tell nobody when they end
                await asyncio.sleep(PAUSE_S)
            try:
                async with asyncio.timeout(CALL_S):
                    result = await self._suggest(wish)
            except (CitewireError, TimeoutError) as error:
                # Nobody waits for it: what is made without a model goes on being told.
                logger.info("no questions are suggested by the model: %r", error)
                result = error.code if isinstance(error, CitewireError) else "timeout"
            except Exception:
                # The boundary of one library: those after it are not to suffer.
                logger.exception("questions could not be suggested")
                result = "internal"
            self._waiting.discard(wish.key)
            self._metrics.suggestions.labels(result).inc()

    async def _suggest(self, wish: _Wish) -> str:
        try:
            await self._allowances.check_tokens(wish.owner)
        except TooManyTokens:
            return "spent"
        if not await self._store.claim(wish.library, wish.stored_as, wish.owner):
            return "too_soon"
        said = await self._reports.said(wish.looked.records)
        with span(SUGGEST):
            response = await self._llm.achat(messages_for(said, wish.language))
        counts = response.additional_kwargs
        tokens = counts.get("prompt_tokens", 0) + counts.get("completion_tokens", 0)
        self._allowances.add_tokens(wish.owner, tokens)
        offered = offered_in(response.message.content or "", len(said))
        questions = await self._taken(wish, offered)
        # Also where there are none: the model is not asked again before something changes.
        kept = SuggestedQuestions(wish.looked.version, tuple(questions))
        await self._store.keep(wish.library, wish.stored_as, kept)
        return "ok" if questions else "none"

    async def _taken(self, wish: _Wish, offered: list[Offered]) -> list[SuggestedQuestion]:
        """Those that the library answers, from the very reports that they are about."""
        taken: list[SuggestedQuestion] = []
        for one in offered:
            about = [wish.looked.records[place].doc_id for place in one.reports]
            if (await self._answered(one.text, wish.library)).issuperset(about):
                taken.append(SuggestedQuestion(one.text, tuple(about)))
            if len(taken) == MOST_TAKEN:
                break
        return taken

    async def _look(self, documents: DocumentReader, library: str, changes: int) -> _Looked:
        looked = self._looked.get(library)
        if looked is None or looked.changes != changes:
            inside = documents.within((library,))
            ids = await inside.ids()
            records = tuple(await newest(inside, ids))
            version = _version(ids, records)
            if looked is not None and looked.version == version:
                looked = replace(looked, changes=changes)
            else:
                looked = _Looked(changes, version, records)
        self._looked[library] = looked
        self._looked.move_to_end(library)
        if len(self._looked) > MOST_KEPT:
            self._looked.popitem(last=False)
        return looked


def _version(ids: list[str], records: tuple[DocumentRecord, ...]) -> str:
    """Another one where a document came, went, or is called something else."""
    digest = hashlib.sha256("\n".join(sorted(ids)).encode())
    for record in records:
        named = (record.doc_id, record.title, record.organisation, *record.periods)
        digest.update("\0".join(named).encode("utf-8", "backslashreplace") + b"\n")
    return digest.hexdigest()[:32]
