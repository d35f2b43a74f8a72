"""The bytes of one streamed answer as its text and its end, however they were cut. No I/O.

Deliberate oddities:
- One line of `data:` is taken as one JSON object, without waiting for the blank line that ends
  the event: that is what nearly every provider sends, and the text is out one packet earlier. A
  line that begins an object and does not end it waits for the others.
- A finish reason does not end the answer: some send one in every chunk. `[DONE]` does, or the end
  of the body.
"""

from typing import Any

from citewire.errors import (
    ModelError,
    ModelRejected,
    ModelUnavailable,
    OutOfTokens,
    ThoughtAloud,
)
from citewire.services.models.faults import (
    WEB_PAGE,
    failure_in_stream,
    fault_in,
    json_or_none,
)
from citewire.services.models.replies import Halves, meaning_of, reason_of, text_of, thinks
from citewire.services.models.thinking import Thinking
from citewire.workflows.run_context import FinishReason

LONGEST_LINE = 8_000_000
"""Bytes of one line, or of an answer that came in one piece instead of a stream."""
MOST_LINES = 10_000
"""Of data in one event."""
SILENT_CHUNKS = 2
"""So many without text say that the model works: the first one only names a role."""

_BLANKS = b"\xef\xbb\xbf \t\r\n"
_CUT = "the provider cut the stream: ask again"
_NO_STREAM = "the provider sent something else than a streamed answer: check OPENAI_BASE_URL"


class ChatDecoder:
    """Turns the bytes of a chat stream into its pieces of text, however the bytes were cut.

    `failure` is what went wrong, to be raised after the text that came before it. Without one, an
    answer that `is_over` is complete. `done` if it said so itself.

    Args:
        model: named in errors.
        holds, guesses: see `Thinking`.
    """

    __slots__ = (
        "_body",
        "_event",
        "_halves",
        "_is_blank",
        "_is_whole",
        "_model",
        "_pending",
        "_rest",
        "_says_open",
        "_silent",
        "_size",
        "done",
        "failure",
        "finish_reason",
        "has_goodbye",
        "is_over",
        "thinking",
        "usage",
    )

    def __init__(self, model: str, *, holds: bool = False, guesses: bool = False) -> None:
        self._model = model
        self._rest: list[bytes] = []  # the line that has not ended; joined once, so linear
        self._body: bytes | None = b""  # what came before it is known whether this is a stream
        self._is_whole = False  # no stream: what comes is one piece
        self._event = b""
        self._pending: list[bytes] = []  # lines of data that are no JSON by themselves
        self._halves: Halves | None = None  # until one comes
        self._is_blank = True
        self._says_open = False  # text came without a finish reason: one does end the answer
        self._silent = 0
        self._size = 0  # of what came since the last line ended
        self.thinking = Thinking(holds=holds, guesses=guesses)
        self.failure: ModelError | None = None
        self.finish_reason: FinishReason | None = None
        self.usage: dict[str, Any] | None = None
        self.done = self.is_over = False
        self.has_goodbye = False
        """Whether a finish reason ended the answer, so that nothing that counts can follow."""

    @property
    def is_at_work(self) -> bool:
        """Whether the model has given a sign of life, with or without text."""
        return self.thinking.is_seen or not self._is_blank or self._silent >= SILENT_CHUNKS

    def feed(self, data: bytes) -> list[str]:
        """Take `data` and return the pieces of text in the lines that it completes."""
        if self._body is not None:
            data = self._begun(data)
        cut = 0 if self._is_whole else data.rfind(b"\n") + 1
        self._rest.append(data[:cut] if cut else data)
        if not cut:
            self._size += len(data)
            if self._size > LONGEST_LINE:
                self.failure = self.failure or ModelRejected(_NO_STREAM)
            return []
        self._size = 0
        lines = b"".join(self._rest).split(b"\n")
        self._rest = [data[cut:]]
        parts: list[str] = []
        self._read(lines[:-1], parts)
        return self._given(parts)

    def end(self, *, is_cut: bool = False) -> list[str]:
        """The body is over; what stood in a line without an end.

        Args:
            is_cut: whether it broke off, as far as HTTP can tell.
        """
        parts: list[str] = []
        rest = b"".join(self._rest)
        self._rest = []
        if self.is_over or self.failure is not None:
            return parts
        if self._is_whole:
            self._read_whole(rest, parts)
        else:
            if self.has_goodbye and self._is_half(rest):
                self._pending = []  # it follows the end of the answer: nothing that counts
            else:
                self._read([rest, b""], parts)
            self._judge_end(is_cut=is_cut, parts=parts)
        return self._given(parts)

    def _is_half(self, line: bytes) -> bool:
        data = b"\n".join([*self._pending, line.removeprefix(b"data:")]).strip()
        return bool(data) and data.strip(b'"') != b"[DONE]" and json_or_none(data) is None

    def _judge_end(self, *, is_cut: bool, parts: list[str]) -> None:
        if self.is_over or self.failure is not None:
            return
        if self.finish_reason is None or (is_cut and not self.has_goodbye):
            self.failure = ModelUnavailable(_CUT)
        else:
            self._complete(parts)

    def _begun(self, data: bytes) -> bytes:
        """What came, once it can be told what it is: a stream, JSON or a page."""
        assert self._body is not None
        data = self._body + data
        start = data.lstrip(_BLANKS)[:1]
        if not start:
            self._body = data[-len(_BLANKS) :]
            return b""
        self._body = None
        if start == b"<":
            self.failure = ModelRejected(WEB_PAGE)
        self._is_whole = start in (b"{", b"[")
        return data.lstrip(_BLANKS)

    def _given(self, parts: list[str]) -> list[str]:
        """What the caller is given; it cannot be taken back after that."""
        if self._is_blank and not all(map(str.isspace, parts)):
            self._is_blank = False
        self.thinking.said = not self._is_blank
        return parts

    def _read(self, lines: list[bytes], parts: list[str]) -> None:
        for line in lines:
            if line.startswith(b"data:"):
                self._take(line[5:], parts)
            elif len(line) > 1 or self._pending or self._event:
                self._take_field(line.rstrip(b"\r"), parts)
            if self.is_over or self.failure is not None:
                return

    def _take_field(self, line: bytes, parts: list[str]) -> None:
        """A line that is not data: of a comment or `id:` nothing is kept."""
        name, _, value = line.partition(b":")
        if not line:
            self._dispatch(parts)
        elif name == b"event":
            self._event = value.strip()
        elif name == b"error":
            # An old llama.cpp says it so.
            fault = json_or_none(value)
            if fault or (fault is None and value.strip() not in (b"", b"null")):
                self.failure = failure_in_stream(fault, self._model)

    def _dispatch(self, parts: list[str]) -> None:
        """The blank line that ends an event."""
        data, event = b"\n".join(self._pending), self._event
        self._pending, self._event = [], b""
        if data:
            chunk = self._parsed(data)
            if isinstance(chunk, dict):
                self._take_chunk(chunk, parts)
            else:
                told = f"the provider broke off the answer of {self._model} (no JSON): ask again"
                self.failure = ModelUnavailable(told)
        elif event == b"error":
            self.failure = failure_in_stream(None, self._model)

    def _take(self, data: bytes, parts: list[str]) -> None:
        if self._pending:
            self._pending.append(data)
            if len(self._pending) > MOST_LINES:
                self._dispatch(parts)
            return
        chunk = json_or_none(data)
        if chunk is None:
            chunk = self._take_odd(data.strip(), parts)
        if self._event == b"error":
            self._event = b""
            self.failure = failure_in_stream(_inner(chunk), self._model)
        elif isinstance(chunk, dict):
            self._take_chunk(chunk, parts)

    def _take_odd(self, data: bytes, parts: list[str]) -> Any:
        """A line of data that is no JSON: the end, half an object, or nothing."""
        if data.strip(b'"') == b"[DONE]":
            self.done = True
            self._complete(parts)
        elif data.startswith(b"{"):
            chunk = self._parsed(data)
            if chunk is None:
                self._pending.append(data)
            return chunk
        elif data[:6].lower() in (b"error:", b"[error"):
            self.failure = failure_in_stream(None, self._model)
        return None

    def _parsed(self, data: bytes) -> Any:
        chunk = json_or_none(data)
        if chunk is None:
            self._halves = self._halves or Halves()
            chunk = self._halves.loads(data)
        return chunk

    def _take_chunk(self, chunk: dict[str, Any], parts: list[str]) -> None:
        if (fault := fault_in(chunk)) is not None:
            self.failure = failure_in_stream(fault, self._model)
            return
        choices = chunk.get("choices")
        is_last = self.finish_reason is not None
        for choice in choices if isinstance(choices, list) else ():
            # Of several answers the first one was asked for.
            if isinstance(choice, dict) and choice.get("index") in (0, None, "0"):
                self._chosen(choice, choice.get("delta"), parts)
                is_last = False
        if isinstance(usage := chunk.get("usage"), dict) and usage:
            self.usage = usage
            self.has_goodbye |= is_last

    def _chosen(self, choice: dict[str, Any], said: object, parts: list[str]) -> None:
        is_thought = False
        if type(said) is dict and len(said) == 1 and type(said.get("content")) is str:
            text: str = said["content"]  # nearly every chunk
        else:
            text, is_thought = text_of(said), thinks(said)
        if self._halves is not None:
            text = self._halves.whole(text)
        before = len(parts)
        if is_thought:
            self.thinking.part_otherwise(parts)
        if text:
            self._said(text, parts)
        if len(parts) <= before:
            self._silent += 1
        if choice.get("error"):
            self.failure = failure_in_stream(choice["error"], self._model)
        if reason := reason_of(choice):
            self._end_with(reason)
        elif text or is_thought:
            self.has_goodbye = False
            self._says_open |= bool(text)

    def _said(self, text: str, parts: list[str]) -> None:
        self.thinking.feed(text, parts)
        if self.thinking.was_shown and self.failure is None:
            self.failure = ThoughtAloud(
                f"{self._model} thought aloud, and it was only known at the end: ask again"
                " (CITEWIRE_THINKING=open)"
            )

    def _end_with(self, reason: str) -> None:
        self.finish_reason = meaning_of(reason)
        self.has_goodbye = self._says_open
        if self.finish_reason is None:
            self.failure = self.failure or failure_in_stream({"code": reason}, self._model)

    def _complete(self, parts: list[str]) -> None:
        if self._pending:
            self._dispatch(parts)
            if self.failure is not None:
                return
        reason = self.finish_reason or "stop"
        self.thinking.end(parts, is_complete=reason != "length")
        self.is_over = True
        is_blank = self._is_blank and all(map(str.isspace, parts))
        if is_blank and reason == "length":
            self.failure = OutOfTokens(
                f"{self._model} used up its tokens before it said anything: raise"
                " CITEWIRE_THINKING_TOKENS or CITEWIRE_MAX_ANSWER_TOKENS"
            )
        elif is_blank and reason == "stop":
            self.failure = ModelUnavailable("the model gave an empty answer: ask again")

    def _read_whole(self, body: bytes, parts: list[str]) -> None:
        """JSON came instead of a stream: an answer in one piece, a fault, or something else."""
        answer = self._parsed(body)
        if not isinstance(answer, dict):
            self.failure = ModelRejected(_NO_STREAM)
            return
        choices = answer.get("choices")
        first = choices[0] if isinstance(choices, list) and choices else None
        if fault_in(answer) is None and not isinstance(first, dict):
            self.failure = ModelRejected(_NO_STREAM)
            return
        self._take_chunk({**answer, "choices": []}, parts)
        if self.failure is None and isinstance(first, dict):
            self._chosen(first, first.get("message"), parts)
            self._judge_end(is_cut=False, parts=parts)


def _inner(chunk: object) -> object:
    return chunk.get("error") or chunk if isinstance(chunk, dict) else chunk
