"""One question of `citewire chat`: its answer as it comes, and Ctrl-C, which stops it."""

import asyncio
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from typing import Any

import anyio

from citewire.errors import ServerFailed
from citewire.scripts.chat.client import ChatClient
from citewire.scripts.chat.terminal import Terminal
from citewire.scripts.chat.view import STAGES, footnotes, line_of, remarks
from citewire.services.answers.reducer import ToldAnswer

Json = dict[str, Any]


class Asking:
    """Asks one question and shows the answer.

    Args:
        client: asks the server.
        terminal: shows the answer.
    """

    def __init__(self, client: ChatClient, terminal: Terminal) -> None:
        self._client = client
        self._terminal = terminal
        self._answer = ToldAnswer()
        self.is_interrupted = False
        self._searching = STAGES["retrieve"]
        self._stopping: asyncio.Task[None] | None = None
        self._reading: anyio.CancelScope | None = None

    async def ask(self, message: str, *, chat_id: str | None, folders: Sequence[str]) -> ToldAnswer:
        """The answer, which was shown; a first Ctrl-C stops it, a second does not wait for that."""
        self._terminal.status("asking …")
        events = self._client.ask(message, chat_id=chat_id, folders=folders)
        try:
            with anyio.CancelScope() as self._reading, on_interrupt(self._interrupt):
                async with aclosing(events):
                    async for name, data in events:
                        self._take(name, data)
                if not self._answer.end:
                    raise ServerFailed("the server hung up before the end of the answer")
        except ServerFailed as error:
            self._answer.end, self._answer.error = "error", str(error)
        finally:
            if self._stopping is not None:
                self._stopping.cancel()
                # A stop that failed did so because the answer, or the server, had ended.
                await asyncio.gather(self._stopping, return_exceptions=True)
        self._terminal.clear_status()
        show_end(self._answer, self._terminal)
        return self._answer

    def _take(self, name: str, data: Json) -> None:
        self._answer.take(name, data)
        match name:
            case "start" if self.is_interrupted:
                self._stop()
            case "query" if data["sub_questions"]:
                self._searching = f"searching: {' · '.join(data['sub_questions'])}"
            case "query" if data["rewritten"]:
                self._searching = f"searching: {line_of(data['standalone'])}"
            case "status" if data["stage"] == "retrieve":
                self._terminal.status(self._searching)
            case "status":
                self._terminal.status(STAGES.get(data["stage"], f"{data['stage']} …"))
            case "delta":
                show_text(self._answer, data["text"], data["offset"], self._terminal)

    def _interrupt(self) -> None:
        if self.is_interrupted:
            assert self._reading is not None
            self._reading.cancel()
            return
        self.is_interrupted = True
        self._terminal.note("Stopping the answer; Ctrl-C again hangs up.")
        if self._answer.run_id:
            self._stop()

    def _stop(self) -> None:
        self._stopping = asyncio.create_task(self._client.stop(self._answer.run_id))


def show_text(answer: ToldAnswer, text: str, offset: int, terminal: Terminal) -> None:
    """A part of the answer that begins at `offset`, with its markers set off from the rest."""
    units = text.encode("utf-16-le", "surrogatepass")
    at = 0
    for citation in answer.citations:
        span = citation["marker_span"]
        start, end = 2 * (span["start"] - offset), 2 * (span["end"] - offset)
        if at <= start < end <= len(units):
            terminal.write(_text(units[at:start]))
            terminal.write(_text(units[start:end]), "cyan")
            at = end
    terminal.write(_text(units[at:]))


def _text(units: bytes) -> str:
    return units.decode("utf-16-le", "replace")


def show_end(answer: ToldAnswer, terminal: Terminal) -> None:
    """What comes below an answer: footnotes, and how it ended."""
    terminal.end_line()
    notes = footnotes(answer)
    if notes:
        terminal.line()
    for note in notes:
        terminal.line(note, "dim" if terminal.is_interactive else None)
    has_failed = answer.end != "done"
    for remark in remarks(answer):
        terminal.note(remark, "red" if has_failed else "yellow")


@contextmanager
def on_interrupt(call: Callable[[], None]) -> Iterator[None]:
    """Within the block Ctrl-C calls that, in the event loop, and nothing else."""
    loop = asyncio.get_running_loop()
    before = signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(call))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
