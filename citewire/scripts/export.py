"""`citewire export`: one chat with its proof, or all of them as JSON or Markdown."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO, Literal, Protocol
from uuid import uuid4

from citewire.errors import ConfigurationError
from citewire.scripts.plain_text import harmless, standard_output
from citewire.services.access.audit.log import Who
from citewire.services.access.audit.schema import Resource
from citewire.services.assembly.people import open_everybody
from citewire.services.assembly.stores import open_chats
from citewire.services.chats.export import FILES, all_chats, to_json
from citewire.services.exports.files import ProofFormat, proof_file
from citewire.services.exports.links import links_from
from citewire.settings import Settings
from citewire.storage.chats.store import ChatStore

Format = Literal["json"] | ProofFormat


def export(
    settings: Settings, *, owner: str, chat_id: str | None, format: Format, file: Path | None
) -> int:
    """Write a chat, or all of the owner if `chat_id` is None, to a file or to standard output.

    Raises:
        ConfigurationError: the file cannot be made.
        OSError: not all of it can be written.
        CitewireError: there is no such chat, or Redis does not answer; the file stays as it was.
    """
    if format in ("docx", "pdf") and file is None and standard_output().isatty():
        raise ConfigurationError(f"{format} is not shown on a terminal: name a file with -o")
    with _replacing(file) if file else nullcontext(_Printed()) as out:
        asyncio.run(_export(settings, owner, chat_id, format, out))
    return 0


class _Out(Protocol):
    def write(self, piece: bytes, /) -> object: ...


class _Printed:
    """Standard output; on a terminal without what it would obey, elsewhere every byte."""

    def __init__(self) -> None:
        self._out = standard_output()

    def write(self, piece: bytes) -> None:
        shown = harmless(piece.decode()).encode() if self._out.isatty() else piece
        self._out.buffer.write(shown)


@contextmanager
def _replacing(file: Path) -> Iterator[BinaryIO]:
    """A file beside `file`, which takes its place when all is written, and is gone otherwise."""
    is_new = not file.exists()
    target = beside = file
    if is_new or file.is_file():  # a pipe or a device cannot be replaced
        target = Path(os.path.realpath(file))  # a link stays one
        beside = target.parent / f".{uuid4().hex}.part"
    try:
        out = beside.open("wb")
    except OSError as error:
        raise ConfigurationError(f"{file}: {error.strerror}") from error
    try:
        with out:
            yield out
        if beside != target:
            if not is_new:
                shutil.copymode(target, beside)
            beside.replace(target)
    finally:
        if beside != target:
            beside.unlink(missing_ok=True)


async def _export(
    settings: Settings, owner: str, chat_id: str | None, format: Format, out: _Out
) -> None:
    if settings.access.audit_log is not None:
        async with open_everybody(settings) as everybody:
            found = [Resource("chat", chat_id)]
            who = Who(command="citewire export")
            await everybody.audit.acted(who, "Export", found, owner=owner)
    async with (
        open_chats(settings) as chats,
        aclosing(_pieces(settings, chats, owner, chat_id, format)) as pieces,
    ):
        async for piece in pieces:
            out.write(piece)


async def _pieces(
    settings: Settings, chats: ChatStore, owner: str, chat_id: str | None, format: Format
) -> AsyncGenerator[bytes, None]:
    if chat_id is None:
        if format not in FILES:
            raise ConfigurationError(f"all chats are written as json or md; as {format}, one is")
        if not await chats.all_ids(owner):
            namespace = settings.storage.namespace
            print(f"there are no chats of {owner} in the namespace {namespace}", file=sys.stderr)
        async for piece in FILES[format](all_chats(chats, owner)):
            yield piece
        return
    chat = await chats.read(chat_id, owner, whole=True)
    if format == "json":
        yield to_json(chat) + b"\n"
    else:
        yield await proof_file(chat, format, link=links_from(settings.sign_in.public_url))
