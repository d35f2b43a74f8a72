"""`citewire demo`: ingests the sample reports, serves, and asks one question as a client would."""

import asyncio
import json
import os
import re
import socket
import sys
import webbrowser
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

import httpx
from httpx_sse import aconnect_sse
from pydantic import SecretStr
from rich.console import Console
from rich.text import Text

import citewire
from citewire.errors import ConfigurationError, ServerFailed
from citewire.scripts.ingest import ingest_into_library, print_summary
from citewire.scripts.serve import DrainingServer, build_server
from citewire.services.access.keys import new_key
from citewire.services.models.names import embedding_name
from citewire.settings import Settings
from citewire.storage.keys import DEFAULT_OWNER, SCHEMA_VERSION
from citewire.text.places import placed

QUESTION = "How many tonnes of cargo did the harbour handle in 2024?"

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


def demo_namespace(settings: Settings) -> str:
    """Where the demo's documents are: a demo of before stands in no one's way.

    There is one for each version of what is stored and each embedding model.
    """
    embedding = _NOT_IN_NAMES.sub("-", embedding_name(settings.models).lower())
    return f"demo-v{SCHEMA_VERSION}-{embedding}"


def demo(settings: Settings, *, once: bool, is_shown: bool = True) -> int:
    """Show the whole path; serves until it is stopped, unless `once`.

    Args:
        settings: of the server, with the namespace of the demo.
        once: whether to leave after the example.
        is_shown: whether a browser is opened where there is somebody who sees it.
    """
    console = Console(highlight=False, soft_wrap=True)
    return asyncio.run(_demo(settings, console, once=once, is_shown=is_shown))


async def _demo(settings: Settings, console: Console, *, once: bool, is_shown: bool) -> int:
    console.print("Ingesting the sample reports (fictional) …")
    summary = await ingest_into_library(settings, [samples_folder()], console)
    print_summary(summary, console)
    key = new_key()
    changes: dict[str, object] = {"port": free_port(settings), "log_level": "warning"}
    if settings.is_closed:
        # Those of the settings open other data, and some are only known by their hashes.
        changes |= {"api_keys": SecretStr(f"{DEFAULT_OWNER}:{key}"), "api_keys_file": None}
        console.print(f"The key of the demo: {key}")
    settings = settings.with_changes(**changes)
    server = build_server(settings)
    url = f"http://{settings.server.host}:{settings.server.port}"
    serving = asyncio.create_task(server.serve())
    try:
        await _wait_until_started(server, serving)
        answered = await _ask(url, key, console)
        console.print(f"\n{_where(settings.storage.namespace)}")
        if not once and answered:
            console.print(
                f"Go on at {url}/ (the API is described at {url}/openapi.json). Ctrl-C ends."
            )
            if is_shown and has_viewer(console.is_terminal, os.environ, sys.platform):
                # Beside the server: what opens it may wait until it is closed.
                opening = asyncio.create_task(asyncio.to_thread(webbrowser.open, f"{url}/"))
                opening.add_done_callback(lambda done: done.exception())
            await serving
    finally:
        server.should_exit = True
        await serving
    return 0 if answered and not summary.count("failed") else 1


def has_viewer(is_terminal: bool, environment: Mapping[str, str], platform: str) -> bool:
    """Whether a browser that is opened is seen: in a terminal, with a screen, and not in a CI.

    Args:
        is_terminal: whether a person reads what is printed.
        environment: variables of the process.
        platform: as `sys.platform` has it.
    """
    if not is_terminal or environment.get("CI") or environment.get("SSH_CONNECTION"):
        return False
    has_own_screen = platform in ("darwin", "win32")
    named = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return has_own_screen or any(environment.get(name) for name in named)


def _where(namespace: str) -> str:
    return (
        f"Its documents are in a namespace of their own, {namespace}; to look at them: "
        f"CITEWIRE_NAMESPACE={namespace} citewire documents"
    )


def samples_folder() -> Path:
    """The sample reports: beside the package in a checkout, inside it in a wheel.

    Raises:
        ConfigurationError: they are in neither place.
    """
    package = Path(citewire.__file__).parent
    for folder in (package.parent / "samples" / "reports", package / "scripts" / "samples"):
        if folder.is_dir():
            return folder
    raise ConfigurationError("the sample reports are missing from this installation")


def free_port(settings: Settings) -> int:
    """The port of the settings, or any free one if it is taken."""
    for port in (settings.server.port, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.server.host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ConfigurationError(f"CITEWIRE_HOST: cannot listen on {settings.server.host}")


async def _wait_until_started(server: DrainingServer, serving: "asyncio.Task[None]") -> None:
    while not server.started:
        if serving.done():
            await serving  # raises what stands in the way
            raise ServerFailed("the server was stopped before it could answer")
        await asyncio.sleep(0.05)


async def _ask(url: str, key: str, console: Console) -> bool:
    """Ask the example question over HTTP and print the answer as it streams."""
    console.print(f"\nYou: {QUESTION}\n", style="bold")
    sources: list[dict[str, Any]] = []
    async for name, event in _events(url, key):
        match name:
            case "start":
                how = "extracts from the reports" if event["model"] == "extractive" else "written"
                console.print(f"Citewire ({event['model']}: {how}): ", style="cyan", end="")
            case "sources":
                sources = event["sources"]
            case "delta":
                console.print(Text(event["text"]), end="")
            case "done":
                _print_sources(event["sources"] or sources, console)
                return True
            case "error" | "stopped":
                console.print(Text(f"\n{name}: {event.get('message', '')}", style="red"))
    return False


async def _events(url: str, key: str) -> AsyncGenerator[tuple[str, dict[str, Any]], None]:
    body, headers = {"message": QUESTION}, {"Authorization": f"Bearer {key}"}
    async with (
        httpx.AsyncClient(timeout=120, trust_env=False, headers=headers) as client,
        aconnect_sse(client, "POST", f"{url}/chat_stream", json=body) as stream,
    ):
        stream.response.raise_for_status()
        async for event in stream.aiter_sse():
            yield event.event, json.loads(event.data)


def _print_sources(sources: list[dict[str, Any]], console: Console) -> None:
    console.print("\n")
    for source in sources:
        if source["cited"]:
            place = placed(source["title"], source["file_name"], source["page_label"])
            console.print(Text(f"  [{source['n']}] {place} ({source['file_name']})"))
