"""Streams as providers send them, with their oddities in any order: bytes, and what is right.

`odd_stream(seed)` is the same each time. Half of them are whole, half are broken in some way.
"""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

Json = dict[str, Any]
Random = random.Random

SAYING = "Quillmere harbour counted 538 ships [1] in 2023 [2]. Grüße 日本語 🚢 a < b, `x[1]`"
THINKING = "Okay, secret thought [1] … so the user wants 42 ships [2]? Hmm. 思う"
FINISHES = {
    "stop": ("stop", "STOP", "eos", "end_turn", "stop_sequence", "COMPLETE"),
    "length": ("length", "max_tokens", "MAX_TOKENS", "model_length"),
    "content_filter": ("content_filter", "SAFETY", "RECITATION", "PROHIBITED_CONTENT", "BLOCKLIST"),
}
BAD_FINISHES = ("error", "abort", "insufficient_system_resource", "OTHER", "tool_calls")
HARMLESS = (
    b"data:",
    b"data: ping",
    b"data: null",
    b"data: []",
    b'data: {"error": {}}',
    b'data: {"error": "", "choices": []}',
    b'data: {"error": false}',
    b'data: {"error": null, "usage": {}}',
    b"error: {}",
    b": OPENROUTER PROCESSING",
    b"id: 7",
    b"retry: 100",
    b"event: message",
    b'event: ping\ndata: {"type": "ping"}',
    b'data: {"choices": [{"index": 1, "delta": {"content": "WRONG"}, "finish_reason": "abort"}]}',
    b'data: {"choices": [], "prompt_filter_results": []}',
)
USAGES: Sequence[Json] = (
    {"prompt_tokens": 100, "completion_tokens": 7},
    {"prompt_tokens": 100.0, "completion_tokens": 7.0},
    {"prompt_tokens": "100", "completion_tokens": "7"},
)
FAULTS = (
    b'data: {"error": {"message": "prose", "code": 502}}',
    b'data: {"error": "prose"}',
    b'data: {"object": "error", "message": "prose", "code": 400}',
    b'event: error\ndata: {"message": "prose"}',
    b"event: error",
    b'error: {"code": 500, "message": "prose"}',
    b'data: {"choices": [{"index": 0, "delta": {}, "error": {"code": 502}}]}',
    b'data: {"choices": [{"index": 0, "delta": {"content": "half',
)
NO_STREAMS = (
    b"<!doctype html><html><body>Welcome</body></html>",
    b'{"error": {"message": "prose", "code": "overloaded"}}',
    b'{"detail": "Not Found"}',
    b'["no", "stream"]',
    b'{"choices": [{"index": 0, "message": {"content": "ha',
    b"Internal Server Error",
    b"",
)
Ending = Literal["stop", "length", "content_filter", "broken"]


@dataclass(frozen=True)
class OddStream:
    """One stream of a provider.

    Args:
        writes: its bytes, as they arrive.
        text: all that it says; a broken one says the beginning.
        ending: the right end.
        opens_itself: whether its thinking has no beginning, which has to be known.
        is_cut: whether the connection breaks off at the end.
    """

    writes: Sequence[bytes]
    text: str
    ending: Ending
    opens_itself: bool = False
    is_cut: bool = False

    @property
    def body(self) -> bytes:
        return b"".join(self.writes)


def odd_stream(seed: int) -> OddStream:
    """The stream of a seed."""
    rng = Random(seed)
    pieces = _pieces(rng, SAYING, rng.randint(1, 12))
    text = "".join(pieces)
    if rng.random() < 0.06:
        return _no_stream(rng, text)
    style = rng.choice(("plain", "plain", "tags", "harmony", "beside", "open"))
    deltas = _deltas(rng, style, pieces)
    ending: Ending = rng.choice(("stop", "stop", "length", "content_filter", "broken", "broken"))
    body, is_cut = _body(rng, deltas, ending)
    return OddStream(_cut_up(rng, body), text, ending, style == "open", is_cut)


def _no_stream(rng: Random, text: str) -> OddStream:
    if rng.random() < 0.3:
        message = {"role": "assistant", "content": f"<think>secret</think>{text}"}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        whole = {"object": "chat.completion", "choices": [choice]}
        body = json.dumps(whole, indent=rng.choice((None, 1))).encode()
        return OddStream(_cut_up(rng, body), text, "stop")
    return OddStream(_cut_up(rng, rng.choice(NO_STREAMS)), "", "broken")


def _pieces(rng: Random, of: str, count: int) -> list[str]:
    text = " ".join(rng.choice(of.split(" ")) for _ in range(count)) + " end."
    cuts = sorted({0, len(text), *(rng.randrange(len(text)) for _ in range(rng.randint(0, 9)))})
    return [text[start:end] for start, end in pairwise(cuts)]


def _deltas(rng: Random, style: str, pieces: list[str]) -> list[Json]:
    """The deltas of an answer, with thinking before it."""
    thought = "".join(_pieces(rng, THINKING, 6))
    said = "".join(pieces)
    match style:
        case "tags":
            space = rng.choice(("", "\n\n"))
            pieces = _recut(rng, f"{rng.choice(('', ' '))}<think>{thought}</think>{space}{said}")
        case "open":
            pieces = _recut(rng, f"{thought}</think>\n\n{said}")
        case "harmony":
            start = rng.choice(("", "<|start|>assistant"))
            analysis = f"{start}<|channel|>analysis<|message|>{thought}<|end|>"
            end = rng.choice(("", "<|return|>", "<|end|>"))
            final = f"<|start|>assistant<|channel|>final<|message|>{said}{end}"
            pieces = _recut(rng, analysis + final)
    deltas: list[Json] = [{"content": piece} for piece in pieces]
    if style in ("plain", "beside"):
        deltas = [_in_parts(delta) if rng.random() < 0.1 else delta for delta in deltas]
    if style == "beside":
        name = rng.choice(("reasoning_content", "reasoning", "thinking"))
        thoughts = [{name: piece, "content": None} for piece in _recut(rng, thought)]
        deltas = [*thoughts, *deltas]
    return [{"role": "assistant", "content": ""}, *deltas] if rng.random() < 0.7 else deltas


def _recut(rng: Random, text: str) -> list[str]:
    size = rng.choice((1, 2, 3, 5, 17, 1000))
    return [text[start : start + size] for start in range(0, len(text), size)]


def _in_parts(delta: Json) -> Json:
    thought = {"type": "thinking", "text": "secret"}
    return {"content": [thought, {"type": "text", "text": delta["content"]}]}


def _body(rng: Random, deltas: list[Json], ending: Ending) -> tuple[bytes, bool]:
    always = ending != "broken" and rng.random() < 0.2
    reason = rng.choice(FINISHES[ending]) if ending != "broken" else None
    events = []
    for delta in deltas:
        choice: Json = {"index": rng.choice((0, 0, 0, None)), "delta": delta}
        choice["finish_reason"] = reason if always else rng.choice((None, ""))
        events.append(_event(rng, {"choices": [choice], **_usage(rng, always)}))
        while rng.random() < 0.2:
            events.append(rng.choice(HARMLESS))
    ends, is_cut = _broken_end(rng, events) if reason is None else _good_end(rng, reason, always)
    line_end = rng.choice((b"\n", b"\r\n"))
    lines = (line_end * 2).join(event.replace(b"\n", line_end) for event in [*events, *ends])
    lines += rng.choice((b"", line_end, line_end * 2)) if not is_cut else b""
    return rng.choice((b"", b"\xef\xbb\xbf", b"\n\n", b": hello\n\n")) + lines, is_cut


def _event(rng: Random, chunk: Json) -> bytes:
    data = json.dumps(chunk, ensure_ascii=rng.random() < 0.5)
    if rng.random() < 0.1:  # one event over two lines of data
        return "data: {}\ndata:{}".format(*data.split(" ", 1)).encode()
    return f"data:{rng.choice(('', ' '))}{data}".encode()


def _usage(rng: Random, always: bool) -> Json:
    return {"usage": rng.choice(USAGES)} if always else {}


def _good_end(rng: Random, reason: str, always: bool) -> tuple[list[bytes], bool]:
    """A finish reason, usage and `[DONE]`, as far as they are needed."""
    finish = {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
    ends = [] if always else [_event(rng, finish)]
    if rng.random() < 0.5:
        ends.append(_event(rng, {"choices": [], "usage": rng.choice(USAGES)}))
    if rng.random() < 0.7:
        ends.append(b"data: [DONE]")
    return ends, False


def _broken_end(rng: Random, events: list[bytes]) -> tuple[list[bytes], bool]:
    """An end that is none: a fault, a bad reason, or nothing any more; it may come early."""
    del events[rng.randint(0, len(events)) :]
    match rng.randrange(4):
        case 0:
            bad = {"choices": [{"delta": {}, "finish_reason": rng.choice(BAD_FINISHES)}]}
            return [_event(rng, bad), b"data: [DONE]"], False
        case 1:
            return [rng.choice(FAULTS), rng.choice((b"", b"data: [DONE]"))], False
        case 2:
            return [], True
        case _:
            return [], False


def _cut_up(rng: Random, body: bytes) -> list[bytes]:
    """The bytes as they may arrive, cut anywhere, also within a character."""
    size: Callable[[], int] = rng.choice(
        (lambda: 1, lambda: rng.randint(1, 7), lambda: rng.randint(1, 90), lambda: 100_000)
    )
    writes = []
    while body:
        n = size()
        writes.append(body[:n])
        body = body[n:]
    return writes
