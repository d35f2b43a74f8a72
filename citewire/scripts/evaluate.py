"""`citewire eval citations`: asks the questions of a file and measures the citations."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path

import anyio
from rich.console import Console
from rich.progress import track
from rich.table import Table

from citewire.errors import ChatNotFound, CitewireError
from citewire.services.answers.events import Done, Failed, RunEvent, Sources
from citewire.services.assembly.chat import open_chat
from citewire.services.assembly.library import open_library
from citewire.services.chat import ChatService
from citewire.services.citations.model import Warned
from citewire.services.evaluation.citations import Examined, examine, sum_up, to_json
from citewire.services.evaluation.questions import AskedQuestion, read_questions
from citewire.services.runs.log import ToldBatch
from citewire.settings import Settings
from citewire.storage.chats.store import ChatStore
from citewire.workflows.retriever import PassageFilter

DELETE_S = 10.0


def evaluate_citations(
    settings: Settings,
    path: Path,
    *,
    owner: str,
    output: Path | None,
    limit: int | None,
    keeps_chats: bool = False,
) -> int:
    """Ask the questions in `path` of what is indexed, print the figures; gives the exit code.

    Args:
        settings: which library, and who answers.
        path: the questions.
        owner: whose library is asked.
        output: where the figures are written as JSON, with each question's own.
        limit: how many questions, from the first; None for all.
        keeps_chats: leave the chats that the questions make in the owner's list.

    Raises:
        CitewireError: the questions cannot be read, or an answer failed.
    """
    questions = read_questions(path)[:limit]
    examined = asyncio.run(_ask_all(settings, questions, owner, keeps_chats=keeps_chats))
    _print(sum_up(examined))
    if output is not None:
        output.write_text(json.dumps(to_json(examined), ensure_ascii=False, indent=1), "utf-8")
    return 0


async def _ask_all(
    settings: Settings, questions: Sequence[AskedQuestion], owner: str, *, keeps_chats: bool
) -> list[Examined]:
    examined, chats, made = [], dict[str, str](), set[str]()
    progress = Console(stderr=True)
    async with (
        open_library(settings) as library,
        _deleting(set() if keeps_chats else made, library.chats, owner),
        open_chat(library) as chat,
    ):
        for question in track(questions, "asking", console=progress, transient=True):
            chat_id = chats.get(question.follow_up) if question.follow_up else None
            done, sources, warnings = await _ask(chat.service, question, chat_id, owner, made)
            chats[question.name] = done.chat_id
            examined.append(examine(question, done, evidence=sources.evidence, warnings=warnings))
    return examined


@asynccontextmanager
async def _deleting(made: set[str], chats: ChatStore, owner: str) -> AsyncGenerator[None, None]:
    """Delete the chats that were `made` within the block, however it ends: nobody asked for them.

    As any chats that are deleted, they can be restored for a while.
    """
    try:
        yield
    finally:
        with anyio.move_on_after(DELETE_S, shield=True):
            for chat_id in made:
                with suppress(ChatNotFound):
                    await chats.delete(chat_id, owner)


async def _ask(
    service: ChatService,
    question: AskedQuestion,
    chat_id: str | None,
    owner: str,
    made: set[str],
) -> tuple[Done, Sources, list[str]]:
    sources, warnings = Sources([], "none", 0.0), list[str]()
    async with (
        service.admitted(
            question.text, owner=owner, chat_id=chat_id, filter=PassageFilter(owner)
        ) as run,
        aclosing(service.stream(run)) as batches,
    ):
        made.add(run.ids.chat_id)
        async for event in _each(batches):
            match event:
                case Sources():
                    sources = event
                case Warned():
                    warnings.append(event.code)
                case Done():
                    return event, sources, warnings
                case Failed():
                    raise CitewireError(event.message)
    raise CitewireError(f"the answer to {question.name} was stopped")


async def _each(batches: AsyncIterator[ToldBatch]) -> AsyncGenerator[RunEvent, None]:
    async for batch, _ in batches:
        for event in batch:
            yield event


def _print(figures: dict[str, float | int | None]) -> None:
    table = Table(header_style="bold")
    table.add_column("measure")
    table.add_column("value", justify="right")
    for name, value in figures.items():
        table.add_row(name, "-" if value is None else f"{value:g}")
    Console(highlight=False).print(table)
