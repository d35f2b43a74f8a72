"""`citewire eval citations`: asks the questions of a file and measures the citations."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from citewire.api.app import open_service
from citewire.errors import CitewireError
from citewire.services.chat import ChatService
from citewire.services.citations.verdicts import judge
from citewire.services.evaluation.citations import Examined, examine, sum_up, to_json
from citewire.services.evaluation.questions import AskedQuestion, read_questions
from citewire.services.run_events import Done, Failed, Sources, Warned
from citewire.settings import Settings
from citewire.workflows.retriever import PassageFilter


def evaluate_citations(
    settings: Settings, path: Path, *, output: Path | None, limit: int | None
) -> int:
    """Ask the questions in `path` of what is indexed, print the figures; gives the exit code.

    Args:
        settings: which library, and who answers.
        path: the questions.
        output: where the figures are written as JSON, with each question's own.
        limit: how many questions, from the first; None for all.

    Raises:
        CitewireError: the questions cannot be read, or an answer failed.
    """
    questions = read_questions(path)[:limit]
    examined = asyncio.run(_ask_all(settings, questions))
    _print(sum_up(examined))
    if output is not None:
        output.write_text(json.dumps(to_json(examined), ensure_ascii=False, indent=1), "utf-8")
    return 0


async def _ask_all(settings: Settings, questions: Sequence[AskedQuestion]) -> list[Examined]:
    examined, chats = [], dict[str, str]()
    progress = Console(stderr=True)
    async with open_service(settings) as service:
        for question in track(questions, "asking", console=progress, transient=True):
            chat_id = chats.get(question.follow_up) if question.follow_up else None
            told = await _ask(service, question, chat_id)
            chats[question.name] = told[0].chat_id
            examined.append(_examine(question, *told))
    return examined


async def _ask(
    service: ChatService, question: AskedQuestion, chat_id: str | None
) -> tuple[Done, Sources, list[str]]:
    sources, warnings = Sources([], "none", 0.0), list[str]()
    filter = PassageFilter()
    async with service.admitted(question.text, chat_id=chat_id, filter=filter) as run:
        async with aclosing(service.stream(run)) as batches:
            async for batch in batches:
                for event in batch:
                    match event:
                        case Sources():
                            sources = event
                        case Warned():
                            warnings.append(event.code)
                        case Done():
                            return event, sources, warnings
                        case Failed():
                            raise event.error
    raise CitewireError(f"the answer to {question.name} was stopped")


def _examine(
    question: AskedQuestion, done: Done, sources: Sources, warnings: list[str]
) -> Examined:
    return examine(
        question, done, evidence=sources.evidence, warnings=warnings, entails=_is_supported
    )


def _is_supported(claim: str, passages: Sequence[str]) -> bool:
    return bool(passages) and judge(claim, passages).status == "supported"


def _print(figures: dict[str, float | int | None]) -> None:
    table = Table(header_style="bold")
    table.add_column("measure")
    table.add_column("value", justify="right")
    for name, value in figures.items():
        table.add_row(name, "-" if value is None else f"{value:g}")
    Console(highlight=False).print(table)
