"""`citewire eval citations`: asks the questions of a file and measures the citations."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path

import anyio
import orjson
from pydantic import TypeAdapter
from rich.console import Console
from rich.progress import track
from rich.table import Table

from citewire.errors import ChatNotFound, CitewireError
from citewire.services.answers.events import Done
from citewire.services.answers.reducer import ToldAnswer
from citewire.services.assembly.chat import open_chat
from citewire.services.assembly.library import open_library
from citewire.services.chat import ChatService
from citewire.services.evaluation.citations import Examined, examine, sum_up, to_json
from citewire.services.evaluation.questions import AskedQuestion, read_questions
from citewire.settings import Settings
from citewire.storage.chats.store import ChatStore
from citewire.workflows.retriever import PassageFilter

DELETE_S = 10.0

_DONE = TypeAdapter(Done)


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
            done, answer = await ask(chat.service, question, chat_id, owner, made)
            chats[question.name] = done.chat_id
            warnings = [warning["code"] for warning in answer.warnings]
            evidence = answer.evidence or "none"
            examined.append(examine(question, done, evidence=evidence, warnings=warnings))
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


async def ask(
    service: ChatService,
    question: AskedQuestion,
    chat_id: str | None,
    owner: str,
    made: set[str],
) -> tuple[Done, ToldAnswer]:
    """Ask one question as a client does; gives the end of its answer, and all that was told.

    Args:
        service: that answers.
        question: to ask.
        chat_id: in which chat; None for one of its own.
        owner: who asks.
        made: the chat's id is added to it.

    Raises:
        CitewireError: there is no answer.
    """
    answer = ToldAnswer()
    async with (
        service.admitted(
            question.text, owner=owner, chat_id=chat_id, filter=PassageFilter(owner)
        ) as run,
        aclosing(service.stream(run)) as batches,
    ):
        made.add(run.ids.chat_id)
        async for batch in batches:
            for _, name, data in batch:
                answer.take(name, orjson.loads(data))
                if name == "done":
                    return _DONE.validate_json(data), answer
    raise CitewireError(answer.error or f"the answer to {question.name} was stopped")


def _print(figures: dict[str, float | int | None]) -> None:
    table = Table(header_style="bold")
    table.add_column("measure")
    table.add_column("value", justify="right")
    for name, value in figures.items():
        table.add_row(name, "-" if value is None else f"{value:g}")
    Console(highlight=False).print(table)
