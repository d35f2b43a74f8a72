"""`citewire doctor`: checks everything that answering needs, and says what to do."""

import asyncio
from collections.abc import AsyncGenerator

from rich.console import Console

from citewire.errors import CitewireError, ConfigurationError
from citewire.services.access.keys import load_api_keys
from citewire.services.assembly.library import Library, open_library
from citewire.services.assembly.readiness import CheckResult
from citewire.settings import Settings, load_settings
from citewire.storage.keys import DEFAULT_OWNER

PROBE = "How much did revenue grow?"


def doctor() -> int:
    """Print one line per check; gives 0 if all are well, else 1."""
    console = Console(highlight=False, soft_wrap=True)
    healthy = asyncio.run(_examine(console))
    console.print("All is well." if healthy else "Something has to be done, see above.")
    return 0 if healthy else 1


async def _examine(console: Console) -> bool:
    healthy = True
    async for result in _checks():
        healthy = healthy and result.ok
        mark = "[green]ok  [/green]" if result.ok else "[red]FAIL[/red]"
        console.print(mark, f"{result.name}:", result.detail, markup=True)
    return healthy


async def _checks() -> AsyncGenerator[CheckResult, None]:
    try:
        settings = load_settings()
        owners = sorted({DEFAULT_OWNER, *load_api_keys(settings.access).owners})
    except ConfigurationError as error:
        yield CheckResult("configuration", ok=False, detail=str(error))
        return
    yield CheckResult("configuration", ok=True, detail=_summary(settings))
    try:
        async with open_library(settings) as library:
            for result in await library.readiness.check():
                yield result
            yield await _embedding(library)
            lists = [await library.documents.owned_by(owner).list() for owner in owners]
            count = sum(len(documents) for documents in lists)
            yield CheckResult("documents", ok=True, detail=_corpus(count))
    except CitewireError as error:
        cause = f" ({error.__cause__})" if error.__cause__ else ""
        yield CheckResult(_stage(error), ok=False, detail=f"{error}{cause}")


async def _embedding(library: Library) -> CheckResult:
    embeddings = library.models.embeddings
    try:
        vector = await embeddings.model.aget_query_embedding(PROBE)
    except CitewireError as error:
        return CheckResult("embedding", ok=False, detail=str(error))
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


def _corpus(count: int) -> str:
    return f"{count} ingested" if count else "none yet: run `citewire ingest FOLDER`"


def _stage(error: CitewireError) -> str:
    return {"IndexMismatch": "index", "ConfigurationError": "models"}.get(
        type(error).__name__, "redis"
    )
