"""An OpenAI-compatible provider for tests and benches: `python tests/doubles/standin.py --port 0`.

Its first line says `{"port": N}`. POST /v1/chat/completions (streamed or not) and /v1/embeddings,
GET /v1/models; POST /config sets the knobs below, POST /reset puts all back, GET /stats counts
(`?times=1`: times per chat, where `cidNNNN` stands in the messages), GET /requests has the last
request bodies. It writes prepared bytes from a plain asyncio protocol, so that it is never the
slow part of a measurement.
"""

import argparse
import asyncio
import base64
import re
import signal
import time
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import MISSING, asdict, dataclass, field, fields
from functools import lru_cache
from typing import Any, cast

import httptools
import numpy as np
import orjson

DIMS = 1536
MODELS = ("gpt-4o-mini", "text-embedding-3-small")
HANG_S = 3600.0
PROSE = (
    "the report shows that this system keeps its index in memory and answers each query by "
    "comparing vectors so a reader can trace every claim back to one passage of the corpus"
)
WORDS = PROSE.split()
STOPWORDS = (
    "the a an of to in and is was for on with what how does do it that this by as at from answer "
    "based solely provided sources please source question query tell me about ref"
)
UNSEEN = frozenset(STOPWORDS.split())
STATUS = {
    "400": b"400 Bad Request",
    "401": b"401 Unauthorized",
    "402": b"402 Payment Required",
    "403": b"403 Forbidden",
    "404": b"404 Not Found",
    "413": b"413 Content Too Large",
    "422": b"422 Unprocessable Content",
    "429": b"429 Too Many Requests",
    "500": b"500 Internal Server Error",
}
CHUNKED_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\n"
    b"cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n"
)
SSE_HEAD = CHUNKED_HEAD % b"text/event-stream"
BODY_END = b"0\r\n\r\n"
Json = dict[str, Any]


@dataclass
class Knobs:
    """What the stand-in does; every field can be set by POST /config. Times are in seconds."""

    first_delay: float = 0.0  # before the head of a streamed answer
    inter_delay: float = 0.0  # between tokens; 0: as fast as the socket takes them
    tokens: int = 20  # in a streamed answer
    burst: int = 8  # tokens per write when inter_delay is 0
    text: str = ""  # streamed instead of the made-up tokens, in pieces of `cut` characters
    cut: int = 3
    hold_at: int = 0  # pause after so many tokens until this is put back to 0
    chunks: list[str] = field(default_factory=list)  # streamed as they are, instead of all that
    # By the chat's number (`cidNNNN`) or "" for all: what is streamed byte by byte, instead of all
    # that. `writes` are Latin-1 or seconds to wait, `end` is "close", "cut" or "open".
    scripts: Json = field(default_factory=dict)
    finish: str = "stop"  # finish_reason of a streamed answer
    aux_delay: float = 0.0  # before an answer that is not streamed
    aux_text: str = ""  # its text; empty: the follow-up question of the prompt
    forms: Json = field(default_factory=dict)  # arguments of the tool calls, by the tool's name
    form_text: str = ""  # raw arguments instead, for every tool
    no_tools: bool = False  # ignore tools, as some servers do
    embed_delay: float = 0.0
    fail: str = ""  # a status of STATUS; drop; hang; error (an error object in the stream)
    fail_kind: str = "any"  # chat (streamed), aux (not streamed), embed, any
    fail_rate: float = 1.0  # share of those requests that fail, spread evenly
    fail_after: int = 10  # tokens before drop, hang and error; -1: nothing at all is sent
    fail_times: int = 0  # only the first n of those requests fail; 0: all
    fail_code: str = "injected"  # error.code of a refusal
    fail_error: Any = None  # error of a refusal, whole
    retry_after: str = "1"  # header of a 429; empty: none
    refuse_stream_options: bool = False  # answer 400 to them, as some servers do
    refuse: Json = field(default_factory=dict)  # errors of the 400 for a request with that option
    only_models: list[str] = field(default_factory=list)  # answer 404 to all others
    embed_limit: int = 0  # characters of a text, beyond which 400
    embed_lists: bool = False  # send vectors as lists even if base64 is asked for
    embed_data: Any = None  # sent as the vectors of any request
    embed_dims: int = 0  # send vectors of this size; 0: what is asked for, or 1536


knobs = Knobs()
stats: dict[str, int] = {}
times: dict[str, dict[str, float]] = {}
matched: dict[str, int] = {}
requests: deque[Json] = deque(maxlen=200)
headers: set[str] = set()  # the names of all that were sent


def reset(*, connections: int = 0) -> None:
    """Put knobs and counts back; what is open stays counted."""
    for knob in fields(Knobs):
        made = knob.default_factory
        setattr(knobs, knob.name, knob.default if made is MISSING else made())
    counted = "max_open started completed aborted tokens aux aux_aborted embeds embed_inputs failed"
    stats.update(dict.fromkeys(counted.split(), 0))
    stats["max_open"] = stats.setdefault("open", 0)
    stats.setdefault("connections", connections)
    for kept in (times, matched, requests, headers):
        kept.clear()


def configure(wanted: Json) -> None:
    """Set knobs; an unknown name is a ValueError, so that a typing error is seen."""
    for name, value in wanted.items():
        if name not in Knobs.__dataclass_fields__:
            raise ValueError(f"unknown knob {name}")
        setattr(knobs, name, value)


def failing(kind: str) -> str:
    """The fault for this request, or nothing."""
    if not knobs.fail or knobs.fail_kind not in (kind, "any"):
        return ""
    matched[kind] = count = matched.get(kind, 0) + 1
    spared = int(count * knobs.fail_rate) == int((count - 1) * knobs.fail_rate)
    if spared or (knobs.fail_times and count > knobs.fail_times):
        return ""
    stats["failed"] += 1
    return knobs.fail


def frame(body: bytes) -> bytes:
    """One chunk of a chunked HTTP body."""
    return b"%x\r\n%s\r\n" % (len(body), body)


def event(delta: Json, finish: str | None = None, **extra: Any) -> bytes:
    """One chat completion chunk, framed."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    chunk = {"id": "chatcmpl-standin", "object": "chat.completion.chunk", "created": 1700000000}
    chunk |= {"model": MODELS[0], "system_fingerprint": "fp_standin", "choices": [choice], **extra}
    return frame(b"data: " + orjson.dumps(chunk) + b"\n\n")


def word(i: int) -> str:
    """Token `i` of a made-up answer; every twentieth is a citation marker."""
    if i % 20 == 19:
        return f" [{1 + (i // 20) % 2}]"
    return ("" if i == 0 else " ") + WORDS[i % len(WORDS)]


TOKENS = [event({"content": word(i)}) for i in range(4096)]
ROLE = event({"role": "assistant", "content": "", "refusal": None})
DONE = frame(b"data: [DONE]\n\n")
ERROR = frame(b'data: {"error": {"message": "secret prose", "type": "server_error"}}\n\n')


def usage(completion_tokens: int) -> Json:
    """A usage object."""
    total = 100 + completion_tokens
    return {
        "prompt_tokens": 100,
        "completion_tokens": completion_tokens,
        "total_tokens": total,
    }


@lru_cache(maxsize=65536)
def slots(term: str, dims: int) -> list[tuple[int, float]]:
    """Four signed places of a word, so that two words rarely share all."""
    hashes = [zlib.crc32(f"{k}{term}".encode()) for k in range(4)]
    return [(h % dims, 1.0 if (h >> 16) & 1 else -1.0) for h in hashes]


def embed(text: str, dims: int) -> "np.ndarray[Any, np.dtype[np.float32]]":
    """A signed feature hashing of the bag of words, normalised."""
    vector = np.zeros(dims, dtype=np.float32)
    for term in re.findall(r"\w+", text.lower()):
        if term not in UNSEEN and not term.startswith("cid"):
            for place, sign in slots(term, dims):
                vector[place] += sign
    if not vector.any():
        vector[0] = 1.0
    return vector / np.float32(np.linalg.norm(vector))


@lru_cache(maxsize=16384)
def encoded(text: str, dims: int) -> str:
    """The embedding in base64; kept, so that who asks again measures only the asking."""
    return base64.b64encode(embed(text, dims).tobytes()).decode()


def last_user(messages: list[Json]) -> str:
    """The text of the last user message."""
    for message in reversed(messages):
        if message.get("role") == "user":
            content = message.get("content") or ""
            if isinstance(content, list):
                return " ".join(part.get("text", "") for part in content)
            return str(content)
    return ""


def aux_answer(prompt: str) -> str:
    """What is said without streaming: the follow-up question of LlamaIndex's condense prompt."""
    if knobs.aux_text:
        return knobs.aux_text
    found = re.findall(r"<(?:Follow Up Message|message [^>]*)>\s*(.*?)\s*(?:\n|$)", prompt)
    return (found[-1] if found else prompt[-200:]) or "ok"


def filled_form(name: str, prompt: str) -> Json:
    """The message that calls the tool `name`; what no test sets lets everything pass."""
    usual: dict[str, Json] = {
        "RouteCall": {"wants": "question", "standalone": aux_answer(prompt), "sub_questions": []},
        "ScreenCall": {"verdict": "safe"},
    }
    wanted = {**usual.get(name, {}), **knobs.forms.get(name, {})}
    arguments = knobs.form_text or orjson.dumps(wanted).decode()
    call = {"id": "call", "type": "function", "function": {"name": name, "arguments": arguments}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


class Connection(asyncio.Protocol):
    """One client connection; its requests are answered one after the other."""

    def __init__(self) -> None:
        self.task: asyncio.Task[None] | None = None
        self.queue: list[tuple[bytes, bytes]] = []
        self.kind = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance
        self.parser = httptools.HttpRequestParser(self)
        self.writable = asyncio.Event()
        self.writable.set()
        stats["connections"] += 1

    def connection_lost(self, exc: Exception | None) -> None:
        stats["connections"] -= 1
        self.writable.set()
        if self.task is not None and not self.task.done():
            self.task.cancel()

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.close()

    def on_message_begin(self) -> None:
        self.body: list[bytes] = []

    def on_url(self, url: bytes) -> None:
        self.url = url

    def on_header(self, name: bytes, value: bytes) -> None:
        headers.add(name.decode("latin-1").lower())

    def on_body(self, body: bytes) -> None:
        self.body.append(body)

    def on_message_complete(self) -> None:
        self.queue.append((self.url, b"".join(self.body)))
        if self.task is None or self.task.done():
            self.task = asyncio.get_running_loop().create_task(self.answer_all())

    async def answer_all(self) -> None:
        while self.queue:
            try:
                await self.answer(*self.queue.pop(0))
            except asyncio.CancelledError:
                if self.kind in ("aux", "embed"):
                    stats["aux_aborted"] += 1
                raise
            except (KeyError, TypeError, ValueError) as error:
                self.reply({"error": {"message": repr(error), "type": "standin"}}, "400")

    async def answer(self, url: bytes, body: bytes) -> None:
        self.kind = ""
        path, _, query = url.partition(b"?")
        if path == b"/v1/chat/completions":
            await self.chat(body)
        elif path == b"/v1/embeddings":
            await self.embeddings(orjson.loads(body))
        elif path == b"/v1/models":
            listed = knobs.only_models or MODELS
            self.reply({"object": "list", "data": [{"id": m, "object": "model"} for m in listed]})
        elif path == b"/stats":
            seen = {"times": times} if b"times" in query else {}
            about = {"config": asdict(knobs), "headers": sorted(headers)}
            self.reply({**stats, **about, "now": time.monotonic(), **seen})
        elif path == b"/requests":
            self.reply(list(requests))
        elif path == b"/config":
            configure(orjson.loads(body))
            self.reply(asdict(knobs))
        elif path == b"/reset":
            reset()
            self.reply({})
        else:
            self.reply({"error": {"message": "not found", "code": "not_found"}}, "404")

    def reply(self, answer: Any, status: str = "200", head: bytes = b"") -> None:
        body = orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)
        self.transport.write(
            b"HTTP/1.1 %s\r\ncontent-type: application/json\r\n%scontent-length: %d\r\n\r\n%s"
            % (STATUS.get(status, b"200 OK"), head, len(body), body)
        )

    def refuse(self, status: str) -> None:
        wait = knobs.retry_after if status == "429" else ""
        head = b"retry-after: %s\r\n" % wait.encode() if wait else b""
        fault = {"message": "secret prose", "type": "injected", "code": knobs.fail_code}
        self.reply({"error": knobs.fail_error or fault}, status, head)

    def refuses(self, asked: Json) -> bool:
        """Refuse a request for an option or its model."""
        if knobs.only_models and asked["model"] not in knobs.only_models:
            self.reply({"error": {"message": "no such model", "code": "model_not_found"}}, "404")
            return True
        for option, error in knobs.refuse.items():
            if option in asked:
                self.reply({"error": error}, "400")
                return True
        return False

    async def refused(self, fault: str) -> bool:
        """Act out a fault that comes instead of an answer; False if there is none."""
        if fault in STATUS:
            self.refuse(fault)
        elif fault in ("drop", "error"):
            self.transport.abort()
        elif fault == "hang":
            await asyncio.sleep(HANG_S)
        return bool(fault)

    async def embeddings(self, asked: Json) -> None:
        self.kind = "embed"
        texts = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
        requests.append({"path": "/v1/embeddings", "body": asked})
        stats["embeds"] += 1
        stats["embed_inputs"] += len(texts)
        if knobs.embed_delay:
            await asyncio.sleep(knobs.embed_delay)
        if await self.refused(failing("embed")) or self.refuses(asked):
            return
        if knobs.embed_limit and max(map(len, texts)) > knobs.embed_limit:
            told = "This model's maximum context length is 512 tokens: secret prose"
            self.reply({"error": {"message": told, "code": 400}}, "400")
            return
        dims = knobs.embed_dims or asked.get("dimensions") or DIMS
        in_base64 = asked.get("encoding_format") == "base64" and not knobs.embed_lists
        make: Callable[[str, int], Any] = encoded if in_base64 else embed
        vectors = [make(str(text), dims) for text in texts]
        data = [
            {"object": "embedding", "index": i, "embedding": vector}
            for i, vector in enumerate(vectors)
        ]
        data = data if knobs.embed_data is None else knobs.embed_data
        self.reply({"object": "list", "data": data, "model": asked["model"], "usage": usage(0)})

    async def chat(self, body: bytes) -> None:
        asked = orjson.loads(body)
        requests.append({"path": "/v1/chat/completions", "body": asked})
        if asked.get("stream_options") and knobs.refuse_stream_options:
            self.reply({"error": {"message": "stream_options?", "code": "unknown"}}, "400")
        elif self.refuses(asked):
            return
        elif asked.get("stream"):
            found = re.search(rb"cid(\w{4,16})", body)
            cid = found[1].decode() if found else ""
            script = knobs.scripts.get(cid) or knobs.scripts.get("")
            if script:
                await self.play(**script)
                return
            await self.stream(asked, times.setdefault(cid, {}) if found else {})
        else:
            await self.complete(asked)

    async def complete(self, asked: Json) -> None:
        self.kind = "aux"
        stats["aux"] += 1
        if knobs.aux_delay:
            await asyncio.sleep(knobs.aux_delay)
        if await self.refused(failing("aux")):
            return
        prompt = last_user(asked["messages"])
        if asked.get("tools") and not knobs.no_tools:
            message = filled_form(asked["tool_choice"]["function"]["name"], prompt)
        else:
            message = {"role": "assistant", "content": aux_answer(prompt)}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        self.reply({"id": "x", "object": "chat.completion", "choices": [choice], "usage": usage(5)})

    async def play(
        self, writes: list[str | float], end: str = "close", kind: str = "text/event-stream"
    ) -> None:
        """Write a script, a chunk of HTTP for each of its writes."""
        self.kind = "chat"
        stats["started"] += 1
        self.transport.write(CHUNKED_HEAD % kind.encode())
        for write in writes:
            if isinstance(write, str) and write:
                self.transport.write(frame(write.encode("latin-1")))
            await asyncio.sleep(0 if isinstance(write, str) else write)
        if end == "close":
            self.transport.write(BODY_END)
        elif end == "cut":
            self.transport.close()
        else:
            await asyncio.sleep(HANG_S)

    async def stream(self, asked: Json, record: dict[str, float]) -> None:
        self.kind = "chat"
        record["in"] = time.monotonic()
        fault = failing("chat")
        if fault in STATUS:
            self.refuse(fault)
            return
        stats["started"] += 1
        stats["open"] += 1
        stats["max_open"] = max(stats["max_open"], stats["open"])
        try:
            if knobs.first_delay:
                await asyncio.sleep(knobs.first_delay)
            if knobs.fail_after < 0 and await self.refused(fault):
                return
            await self.stream_answer(asked, fault, record)
        except asyncio.CancelledError:
            stats["aborted"] += 1
            record["abort"] = time.monotonic()
            raise
        finally:
            stats["open"] -= 1

    async def stream_answer(self, asked: Json, fault: str, record: dict[str, float]) -> None:
        record["first"] = time.monotonic()
        if knobs.chunks:
            lines = [frame(b"data: %b\n\n" % one.encode()) for one in knobs.chunks]
            self.transport.write(SSE_HEAD + b"".join(lines) + DONE + BODY_END)
            return
        tokens = self.tokens()
        self.transport.write(SSE_HEAD + ROLE)
        held = knobs.hold_at
        await self.write_tokens(tokens[:held], record)
        while knobs.hold_at:  # noqa: ASYNC110 (a knob is a plain field)
            await asyncio.sleep(0.01)
        await self.write_tokens(tokens[held : knobs.fail_after if fault else None], record)
        if fault == "error":
            self.transport.write(ERROR + DONE + BODY_END)
            return
        if await self.refused(fault):
            return
        end = event({}, knobs.finish)
        if asked.get("stream_options"):
            end += event({}, usage=usage(len(tokens)), choices=[])
        self.transport.write(end + DONE + BODY_END)
        stats["completed"] += 1
        record["end"] = time.monotonic()

    def tokens(self) -> list[bytes]:
        if not knobs.text:
            return TOKENS[: knobs.tokens]
        cuts = range(0, len(knobs.text), knobs.cut)
        return [event({"content": knobs.text[i : i + knobs.cut]}) for i in cuts]

    async def write_tokens(self, tokens: list[bytes], record: dict[str, float]) -> None:
        step = 1 if knobs.inter_delay else max(1, knobs.burst)
        loop = asyncio.get_running_loop()
        due = loop.time()
        for start in range(0, len(tokens), step):
            burst = tokens[start : start + step]
            self.transport.write(b"".join(burst))
            stats["tokens"] += len(burst)
            record["sent"] = start + len(burst)
            due += knobs.inter_delay
            await asyncio.sleep(max(0.0, due - loop.time()) if knobs.inter_delay else 0)
            if not self.writable.is_set():
                await self.writable.wait()


async def serve(port: int) -> None:
    """Listen on loopback until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", port, backlog=4096)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    print(orjson.dumps({"port": server.sockets[0].getsockname()[1]}).decode(), flush=True)
    await stop.wait()
    server.close()


def main() -> None:
    """Read the port and run, on uvloop if it is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    port = parser.parse_args().port
    reset()
    try:
        import uvloop
    except ImportError:
        asyncio.run(serve(port))
    else:
        uvloop.run(serve(port))


if __name__ == "__main__":
    main()
