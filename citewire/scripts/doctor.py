"""`citewire doctor`: checks everything that answering needs, and says what to do."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.markup import escape

from citewire.errors import CitewireError, ConfigurationError, ModelError
from citewire.scripts.plain_text import explained as in_plain_text
from citewire.services.access.keys import load_api_keys
from citewire.services.assembly.library import Library, open_library
from citewire.services.assembly.readiness import CheckResult
from citewire.services.models.probing import explained, probe_answers
from citewire.services.reading.ocr.choice import ocr_choice
from citewire.services.reading.ocr.engine import find_engine, why_no_ocr
from citewire.settings import Settings, load_settings
from citewire.storage.connection.durability import Durability, read_durability
from citewire.storage.keys import DEFAULT_OWNER
from citewire.tracing.export import place_of, probe, traces_of_environment

PROBE = "How much did revenue grow?"
Level = Literal["ok", "note", "warn", "FAIL"]
COLOURS: dict[Level, str] = {"ok": "green", "note": "cyan", "warn": "yellow", "FAIL": "red"}


@dataclass(frozen=True, slots=True)
class DoctorFinding:
    """One line of the examination; `warn` is what works now and may cost data later."""

    level: Level
    name: str
    detail: str


def doctor() -> int:
    """Print one line per check; gives 0 if all can work, else 1."""
    console = Console(highlight=False, soft_wrap=True)
    levels = asyncio.run(_examine(console))
    if "FAIL" in levels:
        console.print("Something has to be done, see above.")
        return 1
    console.print("It works; see the warnings above." if "warn" in levels else "All is well.")
    return 0


async def _examine(console: Console) -> set[Level]:
    levels: set[Level] = set()
    async for finding in _findings():
        levels.add(finding.level)
        colour = COLOURS[finding.level]
        mark = f"[{colour}]{finding.level:<4}[/{colour}]"
        console.print(mark, f"{finding.name}:", escape(finding.detail), markup=True)
    return levels


async def _findings() -> AsyncGenerator[DoctorFinding, None]:
    async for finding in _checks():
        if isinstance(finding, DoctorFinding):
            yield finding
        else:
            yield DoctorFinding("ok" if finding.ok else "FAIL", finding.name, finding.detail)


async def _checks() -> AsyncGenerator[CheckResult | DoctorFinding, None]:
    try:
        settings = load_settings()
        owners = sorted({DEFAULT_OWNER, *load_api_keys(settings.access).owners})
    except ConfigurationError as error:
        yield CheckResult("configuration", ok=False, detail=str(error))
        return
    yield CheckResult("configuration", ok=True, detail=_summary(settings))
    yield _ocr(settings)
    if (traces := await asyncio.to_thread(_traces)) is not None:
        yield traces
    try:
        async with open_library(settings) as library:
            for result in await library.readiness.check():
                if result.is_vital:  # the model is asked itself, below
                    yield result
            yield await _answers(library)
            for finding in _durability(await read_durability(library.documents.client)):
                yield finding
            yield await _embedding(library)
            lists = [await library.documents.owned_by(owner).list() for owner in owners]
            count = sum(len(documents) for documents in lists)
            yield CheckResult(
                "documents", ok=True, detail=_corpus(count, settings.storage.namespace)
            )
    except CitewireError as error:
        yield CheckResult(_stage(error), ok=False, detail=in_plain_text(error))


def _ocr(settings: Settings) -> DoctorFinding:
    choice = ocr_choice(settings.ingestion)
    engine = find_engine(choice)
    if engine is None:
        return DoctorFinding("warn", "OCR", f"scans cannot be read: {why_no_ocr('auto', choice)}")
    return DoctorFinding("ok", "OCR", engine.reads())


def _traces() -> DoctorFinding | None:
    """Whether traces arrive; None where nobody wants any."""
    wanted = traces_of_environment()
    if not wanted.exporters:
        return None
    place = place_of(wanted)
    if trouble := wanted.trouble or probe(wanted):
        return DoctorFinding("warn", "traces", f"they do not reach {place}: {trouble}")
    what = "with what people and models write" if wanted.captures else "without anybody's words"
    return DoctorFinding("ok", "traces", f"sent to {place}, {what}")


async def _answers(library: Library) -> CheckResult:
    try:
        return CheckResult("model", ok=True, detail=await probe_answers(library.models))
    except CitewireError as error:
        return CheckResult("model", ok=False, detail=str(error))


async def _embedding(library: Library) -> CheckResult:
    embeddings = library.models.embeddings
    try:
        vector = await embeddings.model.aget_query_embedding(PROBE)
    except ModelError as error:
        told = await explained(error, library.models, embeddings.name)
        return CheckResult("embedding", ok=False, detail=str(told))
    fits = len(vector) == embeddings.dims
    detail = f"{embeddings.name} gives {len(vector)} dimensions, the index has {embeddings.dims}"
    return CheckResult(
        "embedding",
        ok=fits,
        detail=detail if fits else f"{detail}: set CITEWIRE_EMBED_DIM={len(vector)}",
    )


def _summary(settings: Settings) -> str:
    redis = (
        "CITEWIRE_REDIS_URL"
        if settings.storage.redis_url
        else f"embedded in {settings.storage.data_dir}"
    )
    model = (
        settings.models.model
        if settings.models.answers_from == "openai"
        else "extractive (no model)"
    )
    return f"answers: {model}; embeddings: {settings.models.embeddings_from}; Redis: {redis}"


def _corpus(count: int, namespace: str) -> str:
    if count:
        return f"{count} ingested"
    return f"none yet in the namespace {namespace}: run `citewire ingest FOLDER`"


def _durability(found: Durability | None) -> list[DoctorFinding]:
    """What may cost data later."""
    if found is None:
        return [
            DoctorFinding(
                "note",
                "durability",
                "Redis refuses CONFIG, as managed ones do, so eviction, persistence and the time "
                "limit of searches could not be checked: choose the policy noeviction, persistence "
                "and search-on-timeout fail where it is managed",
            )
        ]
    findings = []
    if found.evicts:
        findings.append(
            DoctorFinding(
                "warn",
                "eviction",
                f"maxmemory-policy is {found.policy}: Redis deletes passages and chats when its "
                "memory is full; set maxmemory-policy noeviction",
            )
        )
    if not found.persists:
        findings.append(
            DoctorFinding(
                "warn",
                "persistence",
                "Redis writes nothing to disk: passages and chats are gone when it restarts; "
                "set appendonly yes",
            )
        )
    if found.tells_parts:
        findings.append(
            DoctorFinding(
                "warn",
                "searches",
                f"search-on-timeout is {found.on_timeout}: of a search that takes too long Redis "
                "tells a part of what there is as if it were all; set search-on-timeout fail and "
                "search-timeout 5000 (Redis 8), or load the search module with TIMEOUT 5000 "
                "ON_TIMEOUT FAIL",
            )
        )
    return findings or [
        DoctorFinding("ok", "durability", "nothing is evicted, all is written to disk")
    ]


def _stage(error: CitewireError) -> str:
    return {"IndexMismatch": "index", "ConfigurationError": "models"}.get(
        type(error).__name__, "redis"
    )
