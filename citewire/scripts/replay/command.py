"""`citewire replay`: a run as it happened; its retrieval or its answer again; a test case of it."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from citewire.errors import CannotRepeat, ConfigurationError, ModelError
from citewire.scripts.plain_text import harmless, standard_output
from citewire.scripts.replay.diffs import print_generation, print_retrieval
from citewire.scripts.replay.page import print_run
from citewire.services.assembly.chat import build_retrieval_replay, open_library_checker
from citewire.services.assembly.library import open_library
from citewire.services.assembly.stores import open_past_runs
from citewire.services.replay.case import to_case
from citewire.services.replay.generation import GenerationDiff, generate_again
from citewire.services.replay.prompts import Prompt, prompts_of
from citewire.services.replay.recall import PastRun, recall
from citewire.services.replay.retrieval import RetrievalDiff
from citewire.settings import Settings


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What is wanted of a run.

    Args:
        as_json: everything, for programs.
        whole_prompts: show all of the prompts, not their beginning.
        retrieve: search again.
        generate: answer again.
        case: where a test case of it is written.
    """

    as_json: bool = False
    whole_prompts: bool = False
    retrieve: bool = False
    generate: bool = False
    case: Path | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """A run, and what of it was done again; `failed` says why a part could not be."""

    run: PastRun
    prompts: list[Prompt]
    retrieval: RetrievalDiff | None
    generation: GenerationDiff | None
    failed: dict[str, str]


def replay(settings: Settings, run_id: str, *, owner: str, options: ReplayOptions) -> int:
    """Show a run of an owner, and do again what is asked for.

    Gives the exit code: 1 if a part of it cannot be done again, which is said after the run.

    Raises:
        CitewireError: there is no such run, or Redis or a model cannot be asked.
    """
    replayed = asyncio.run(_replayed(settings, run_id, owner, options))
    if options.case is not None:
        try:
            options.case.write_bytes(to_case(replayed.run))
        except OSError as error:
            raise ConfigurationError(f"{options.case}: {error.strerror}") from error
    if options.as_json:
        told = orjson.dumps(_to_json(replayed), option=orjson.OPT_INDENT_2)
        standard_output().buffer.write(told + b"\n")
    else:
        _print(replayed, whole_prompts=options.whole_prompts)
    for part, why in replayed.failed.items():
        print(f"citewire: {part} again: {harmless(why)}", file=sys.stderr)
    return 1 if replayed.failed else 0


def _print(replayed: Replayed, *, whole_prompts: bool) -> None:
    print_run(replayed.run, replayed.prompts, whole_prompts=whole_prompts)
    if replayed.retrieval is not None:
        print_retrieval(replayed.retrieval)
    if replayed.generation is not None:
        print_generation(replayed.generation, replayed.run)


async def _replayed(
    settings: Settings, run_id: str, owner: str, options: ReplayOptions
) -> Replayed:
    async with open_past_runs(settings) as (records, chats):
        run = await recall(records, chats, run_id, owner)
    retrieval = generation = None
    failed: dict[str, str] = {}
    if options.retrieve or options.generate:
        async with open_library(settings) as library:
            if options.retrieve:
                with _telling("retrieval", failed):
                    retrieval = await build_retrieval_replay(library, owner).again(run)
            if options.generate:
                with _telling("answer", failed), open_library_checker(library) as checker:
                    generation = await generate_again(
                        run,
                        library.models.answering,
                        checker,
                        withhold=library.settings.retrieval.withhold,
                    )
    return Replayed(run, prompts_of(run), retrieval, generation, failed)


@contextmanager
def _telling(part: str, failed: dict[str, str]) -> Iterator[None]:
    """Note why a part cannot be done again: the run itself is shown nevertheless."""
    try:
        yield
    except (CannotRepeat, ModelError) as error:
        failed[part] = str(error)


def _to_json(replayed: Replayed) -> dict[str, Any]:
    run = replayed.run
    told: dict[str, Any] = {
        "record": asdict(run.record),
        "question": run.asked,
        "answer": run.answered,
        "prompts": [asdict(prompt) for prompt in replayed.prompts],
    }
    for name in ("retrieval", "generation"):
        if (found := getattr(replayed, name)) is not None:
            told[name] = asdict(found)
    return {**told, "failed": replayed.failed} if replayed.failed else told
