"""Building the chat service and what works beside it, on an open library."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass

from llama_index.core.schema import NodeWithScore

from citewire.services.access.allowances import Allowances
from citewire.services.access.audit.log import AuditLog
from citewire.services.answers.turns import HistoryLimits
from citewire.services.assembly.library import Library
from citewire.services.assembly.runs import OpenRuns, open_runs
from citewire.services.chat import ChatService, SecondOpinion
from citewire.services.chats.upkeep import Afterwards
from citewire.services.citations.checking import Checker, open_checker
from citewire.services.models.names import MINILM
from citewire.services.pages.copies import PageCopies
from citewire.services.pages.extract import PageFiles
from citewire.services.pages.folder import PageFolder
from citewire.services.passages.finding import PassageFinder
from citewire.services.passages.succession import Succession
from citewire.services.replay.retrieval import RetrievalReplay
from citewire.services.runs.record import Recorder, Setup, build_recorder
from citewire.services.runs.runs import Runs
from citewire.services.telemetry.metrics import Metrics
from citewire.settings.groups import StepSettings
from citewire.storage.library.neighbours import NeighbourReader
from citewire.storage.library.outline import OutlineReader
from citewire.storage.library.search import PassageSearch
from citewire.workflows.catalogue.catalogue import Catalogue
from citewire.workflows.catalogue.names_kept import KeptNames
from citewire.workflows.chat import ChatWorkflow
from citewire.workflows.context import PageContext
from citewire.workflows.engine import Engines
from citewire.workflows.evidence import CalibratedEvidence, weights_for
from citewire.workflows.forms import FormFilling
from citewire.workflows.limits import StepLimits
from citewire.workflows.retriever import PassageFilter, PassageRetriever
from citewire.workflows.routing.routers import build_router
from citewire.workflows.screening.screens import build_screen
from citewire.workflows.second_look import SecondLook
from citewire.workflows.vocabulary.widening import Vocabulary, load_vocabulary

AROUND_TOKENS = 1500
"""So much of its page is shown around a passage that another model reads."""
SEARCHED_FOR_DOCUMENTS = 50
"""So many passages are looked at for documents that write of something."""


@dataclass(frozen=True, slots=True)
class OpenChat:
    """The chat service, and what works beside it: whoever serves runs `page_copies`, `afterwards`.

    Args:
        service: answers.
        finder: finds passages for models of other people.
        runs: of this worker.
        page_copies: copies the pages that are cited.
        afterwards: what the model does for chats that were answered.
        engines: what answers and searches is made from.
    """

    service: ChatService
    finder: PassageFinder
    runs: OpenRuns
    page_copies: PageCopies
    afterwards: Afterwards
    engines: Engines


@asynccontextmanager
async def open_chat(
    library: Library,
    audit: AuditLog | None = None,
    allowances: Allowances | None = None,
    metrics: Metrics | None = None,
) -> AsyncGenerator[OpenChat, None]:
    """Open the chat service on an open library, with its runs and what judges its claims.

    What answers showed is told to `audit`, what they took to `allowances`, how they ended is
    counted in `metrics`; or nobody is told.
    """
    recorder = build_recorder(library.settings, build_setup(library))
    page_copies = build_page_copies(library)
    afterwards = build_afterwards(library)
    engines = build_engines(library)
    async with open_runs(library, recorder, audit, metrics) as running:
        with open_library_checker(library) as checker:
            service = build_service(
                library,
                running.runs,
                engines=engines,
                checker=checker,
                recorder=recorder,
                page_copies=page_copies,
                afterwards=afterwards,
                audit=audit,
                allowances=allowances,
                metrics=metrics,
            )
            finder = build_finder(library, engines)
            yield OpenChat(service, finder, running, page_copies, afterwards, engines)


def build_afterwards(library: Library) -> Afterwards:
    """What the model does for chats that were answered."""
    settings = library.settings
    return Afterwards(
        library.chats,
        library.models.answering.llm if settings.models.answers_from == "openai" else None,
        history=HistoryLimits(settings.chats.history_turns, settings.chats.history_tokens),
        titles=settings.chats.chat_titles,
        summaries=settings.chats.chat_summaries,
    )


def open_library_checker(library: Library) -> AbstractContextManager[Checker]:
    """What judges claims on an open library; embeddings that cost a round trip are not asked."""
    settings = library.settings
    # Its thresholds are MiniLM's.
    is_minilm = library.models.embeddings.name == MINILM
    embed = library.models.embeddings.model.get_text_embedding_batch if is_minilm else None
    return open_checker(judges=settings.citations.verify != "off", embed=embed)


def build_page_copies(library: Library) -> PageCopies:
    """The copies of cited pages."""
    settings = library.settings
    return PageCopies(
        PageFolder(
            settings.storage.data_dir / "pages" / settings.storage.namespace,
            max_bytes=settings.citations.page_copies_mb * 1024 * 1024,
        ),
        documents=library.documents,
        snapshots=library.snapshots,
        page_files=PageFiles(),
    )


def build_succession(library: Library) -> Succession:
    """What tells what became of the passages of an open library."""
    search = PassageSearch(library.documents.client, library.settings.storage.namespace)
    return Succession(library.snapshots, search)


def build_setup(library: Library) -> Setup:
    """What is the same for all runs on an open library."""
    models = library.models
    return Setup.from_settings(
        library.settings, model=models.answering.name, embedding=models.embeddings.name
    )


def build_retrieval_replay(library: Library, owner: str) -> RetrievalReplay:
    """What searches again for what runs of an owner searched for."""
    return RetrievalReplay(
        store=library.store,
        embed_model=library.models.embeddings.model,
        documents=library.documents,
        succession=build_succession(library),
        setup=build_setup(library),
        owner=owner,
    )


def build_second_look(steps: StepSettings, forms: FormFilling | None) -> SecondLook | None:
    """The second look of the settings; None takes none."""
    if steps.second_look == "off":
        return None
    asked = forms if steps.second_look == "model" else None
    return SecondLook(steps.second_look_timeout_s, asked)


def build_catalogue(library: Library, vocabulary: Vocabulary) -> Catalogue:
    """What answers questions about the documents themselves."""

    async def search(about: str, within: PassageFilter) -> Sequence[NodeWithScore]:
        retriever = PassageRetriever(
            library.store,
            library.models.embeddings.model,
            top_k=SEARCHED_FOR_DOCUMENTS,
            filter=within,
            vocabulary=vocabulary,
        )
        return await retriever.aretrieve(about)

    namespace = library.settings.storage.namespace
    return Catalogue(
        documents=library.documents,
        outlines=OutlineReader(library.documents.client, namespace),
        search=search,
        sums_up=library.settings.models.answers_from != "openai",
    )


def build_context(library: Library) -> PageContext:
    """What shows sources with what stands around them."""
    reader = NeighbourReader(library.documents.client, library.settings.storage.namespace)
    return PageContext(reader, library.models.answering.context_tokens)


def build_finder(library: Library, engines: Engines) -> PassageFinder:
    """What finds passages as runs do, for models of other people."""
    settings = library.settings
    reader = NeighbourReader(library.documents.client, settings.storage.namespace)
    return PassageFinder(
        engines.retriever,
        library.passages,
        PageContext(reader, AROUND_TOKENS),
        timeout_s=settings.steps.retrieve_timeout_s,
        at_once=settings.server.max_runs,
        withhold=settings.retrieval.withhold,
    )


def build_engines(library: Library) -> Engines:
    """What the engines of all runs on an open library are made from."""
    settings = library.settings
    answering = library.models.answering
    vocabulary = load_vocabulary(settings.retrieval.vocabulary)
    return Engines(
        store=library.store,
        embed_model=library.models.embeddings.model,
        synthesiser=answering.synthesiser,
        llm=answering.llm,
        router=build_router(settings.steps.route, answering.forms),
        evidence=CalibratedEvidence(
            weights_for(library.models.embeddings.name), abstain=settings.retrieval.abstain
        ),
        top_k=settings.retrieval.similarity_top_k,
        limits=StepLimits(
            settings.steps.screen_timeout_s,
            settings.steps.route_timeout_s,
            settings.steps.retrieve_timeout_s,
        ),
        withhold=settings.retrieval.withhold,
        second_look=build_second_look(settings.steps, answering.forms),
        vocabulary=vocabulary,
        catalogue=build_catalogue(library, vocabulary),
        context=build_context(library),
        reranking=library.models.reranking,
        names=KeptNames(library.documents),
    )


def build_service(
    library: Library,
    runs: Runs,
    *,
    engines: Engines,
    checker: Checker,
    recorder: Recorder | None,
    page_copies: PageCopies,
    afterwards: Afterwards,
    audit: AuditLog | None = None,
    allowances: Allowances | None = None,
    metrics: Metrics | None = None,
) -> ChatService:
    """The chat service on an open library."""
    settings = library.settings
    answering = library.models.answering
    screen = build_screen(settings.steps.screen, answering.forms, settings.steps.screen_failure)
    return ChatService(
        chats=library.chats,
        workflow=ChatWorkflow(engines, screen=screen, timeout_s=settings.runs.run_timeout_s),
        runs=runs,
        model=answering.name,
        history=HistoryLimits(settings.chats.history_turns, settings.chats.history_tokens),
        checker=checker,
        second=(
            SecondOpinion(answering.llm, settings.runs.run_timeout_s)
            if settings.citations.verify == "model"
            else None
        ),
        recorder=recorder,
        page_copies=page_copies,
        afterwards=afterwards,
        audit=audit,
        allowances=allowances,
        metrics=metrics,
    )
