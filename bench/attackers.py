"""The attackers of `attack.py`, as a process of their own: each kind a loop with an end.

They have an owner's key, ask nothing but 127.0.0.1, and are over after `--seconds`. The last line
says as JSON how often each of them was answered with which status.
"""

import argparse
import asyncio
import json
import math
import os
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle

import orjson

HOST = "127.0.0.1"
WAIT_S = 10.0  # for one answer; then the next
LEAVE_S = 1.0  # how long a question is listened to
ENDING_S = 0.2  # what the run of a question that was left may take to end
CHATTERS, UPLOADERS, KNOCKERS = 8, 4, 4
READERS = 100
OPEN_HALVES = 200
HEADER_MB, HEADER_PIECE, HEADER_TIMES = 62, 1 << 16, 3
PAUSE_S = 0.02
MOST = 2000  # requests of one loop
LONG = 7900

MESSAGES = (
    "what about" + " " * LONG + "x",
    ("The harbour counted ships and the council read about them in the evening " * 110)[:LONG],
    "." * 8000,
    "and " * (LONG // 4),
    "in 2020 " * (LONG // 8),
    "[1] " * (LONG // 4),
    "ignore all the " * (LONG // 15),
    "what about " + "and in 2020, " * 600,
)
STARTER = "What does the harbour report say?"
ODD_TAGS = tuple(f"0ddd{number:02x}" for number in range(8))
"""`cidTAG` in a question lets the stand-in answer with the oddity of that number."""
FOLDER = "harbour"
REPORT = "The harbour report counts 538 ships. The harbour council reads each report. " * 20


def odd_scripts() -> dict[str, dict[str, object]]:
    """What the stand-in writes for each of ODD_TAGS (its knob `scripts`)."""
    said = 'data: {"choices": [{"index": 0, "delta": {"content": "The harbour [1] "}}]}\n\n'
    ends = ('data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "error"}]}\n\n',)
    oddities: Sequence[dict[str, object]] = (
        {"writes": [said], "end": "cut"},
        {"writes": [said], "end": "open"},
        {"writes": [said, *ends], "end": "close"},
        {"writes": ["data: [[[\n\n", "data:\n\n", "data: null\n\n", said], "end": "close"},
        {"writes": ["<html>" + "x" * 100_000], "end": "close", "kind": "text/html"},
        {"writes": [said * 2000], "end": "cut"},
        {"writes": ["data: " + "[" * 200_000], "end": "open"},
        {"writes": [said.replace("The", "<think>" * 500)], "end": "close"},
    )
    return dict(zip(ODD_TAGS, oddities, strict=True))


@dataclass(slots=True)
class Target:
    """Who is attacked, with whose key, and until when by `time.monotonic`."""

    port: int
    key: str
    until: float
    told: Counter[str] = field(default_factory=Counter)

    def turns(self, most: int = MOST) -> Iterator[int]:
        """Numbers, until the time is over."""
        return (turn for turn in range(most) if time.monotonic() < self.until)

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        kind: str = "application/json",
        host: str = HOST,
        size: int | None = None,
    ) -> bytes:
        """The bytes of a request; `size`: what is said of its body's length."""
        head = (
            f"{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {self.key}\r\n"
            f"content-type: {kind}\r\ncontent-length: {len(body) if size is None else size}\r\n"
            "connection: close\r\n\r\n"
        )
        return head.encode() + body

    async def send(
        self, *pieces: bytes, wait_s: float = WAIT_S, seen: Callable[[bytes], None] | None = None
    ) -> bytes:
        """Send a request, read for `wait_s` at most, and note the status; gives the body."""
        answer, writer = b"", None
        try:
            async with asyncio.timeout(max(0.01, min(wait_s, self.until - time.monotonic()))):
                reader, writer = await asyncio.open_connection(HOST, self.port)
                for piece in pieces:
                    writer.write(piece)
                    await writer.drain()
                while (data := await reader.read(1 << 16)) and len(answer) < 1 << 20:
                    answer += data
                    if seen is not None:
                        seen(answer)
        except (OSError, TimeoutError) as error:
            if not answer:
                self.told[type(error).__name__] += 1
        finally:
            if writer is not None:
                writer.transport.abort()
        if answer:
            self.told[answer[9:12].decode("latin-1")] += 1
        return answer.partition(b"\r\n\r\n")[2]

    async def post(self, path: str, body: object, wait_s: float = WAIT_S) -> bytes:
        """Post JSON."""
        return await self.send(self.request("POST", path, orjson.dumps(body)), wait_s=wait_s)

    async def new_chat(self) -> str:
        """The id of a fresh chat; empty if it is refused."""
        body = await self.send(self.request("POST", "/chats"))
        start = body.find(b'"chat_id":"')
        return body[start + 11 : start + 43].decode("latin-1") if start >= 0 else ""


async def messages(target: Target) -> None:
    """Texts that take patterns long, as the first and as later messages of a chat."""

    async def chatter(number: int) -> None:
        texts = cycle(MESSAGES[number:] + MESSAGES[:number])
        for turn in target.turns():
            if turn % 8 == 0:
                chat_id = await target.new_chat()
                await target.post("/chat_stream", {"message": STARTER, "chat_id": chat_id})
            await target.post("/chat_stream", {"message": next(texts), "chat_id": chat_id}, LEAVE_S)
            await asyncio.sleep(ENDING_S)

    await _all(chatter, CHATTERS)


async def uploads(target: Target) -> None:
    """More small files than the lane takes, and HTML that takes its reader long."""

    async def uploader(number: int) -> None:
        for turn in target.turns():
            files = {f"{turn}-{place}.txt": f"{turn} {place} {REPORT}" for place in range(20)}
            if turn % 5 == 0:
                files = {"hostile.html": _HOSTILE[(number + turn // 5) % len(_HOSTILE)]}
            await target.send(upload_request(target, f"folder-{number}-{turn}", files))
            await asyncio.sleep(PAUSE_S)

    await _all(uploader, UPLOADERS)


def _attributes(number: int) -> str:
    return "<html><body><p" + "".join(f" a{i}" for i in range(number)) + ">The harbour</p>"


_HOSTILE = (_attributes(50_000), "<div>x" * 2500, _attributes(200_000))


def upload_request(target: Target, folder: str, files: dict[str, str]) -> bytes:
    """A request that uploads `files`, texts by name."""
    parts = [f'Content-Disposition: form-data; name="folder"\r\n\r\n{folder}']
    parts += [
        f'Content-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n{text}'
        for name, text in files.items()
    ]
    body = "".join(f"--edge\r\n{part}\r\n" for part in parts) + "--edge--\r\n"
    kind = "multipart/form-data; boundary=edge"
    return target.request("POST", "/documents", body.encode(), kind=kind)


async def readers(target: Target) -> None:
    """A hundred who follow one run."""
    for _ in target.turns():
        chat_id = await target.new_chat()
        run_id: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def note(answer: bytes, run_id: asyncio.Future[str] = run_id) -> None:
            start = answer.find(b'"run_id":"')
            if start >= 0 and not run_id.done():
                run_id.set_result(answer[start + 10 : start + 42].decode("latin-1"))

        body = orjson.dumps({"message": STARTER, "chat_id": chat_id})
        async with asyncio.TaskGroup() as group:
            request = target.request("POST", "/chat_stream", body)
            asking = group.create_task(target.send(request, seen=note))
            await asyncio.wait((asking, run_id), return_when=asyncio.FIRST_COMPLETED)
            if run_id.done():
                follow = target.request("GET", f"/chat_stream/{run_id.result()}")
                for _ in range(READERS):
                    group.create_task(target.send(follow))
        await asyncio.sleep(PAUSE_S)


async def headers(target: Target) -> None:
    """One connection at a time that sends headers without end, before any key."""
    line = b"x-more: " + b"a" * HEADER_PIECE + b"\r\n"
    for turn in target.turns(HEADER_TIMES):
        # Once many lines, once one line.
        pieces = [line if turn % 2 == 0 else line[8:-2]] * (HEADER_MB * 2**20 // len(line))
        start = b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nx-first: "
        await target.send(start, *pieces, b"\r\n\r\n", wait_s=60)


async def halves(target: Target) -> None:
    """Half-sent headers and half-sent bodies, held open; what is closed is opened again."""
    chat = target.request("POST", "/chat_stream", b'{"message": "wh', size=1000)
    multipart = "multipart/form-data; boundary=edge"
    file = target.request("POST", "/documents", b"--edge\r\n", kind=multipart, size=10**6)
    begun = (b"GET /healthz HTTP/1.1\r\nhost: 127.", chat, file)

    async def hold(number: int) -> None:
        for _ in target.turns(20):
            await target.send(begun[number % len(begun)], wait_s=math.inf)
            await asyncio.sleep(1.0)

    await _all(hold, OPEN_HALVES)


async def hosts(target: Target) -> None:
    """Requests under a name that a page of somebody else made to lead here."""
    for turn in target.turns():
        path = ("/chats", "/documents", "/healthz", "/readyz")[turn % 4]
        await target.send(target.request("GET", path, host="evil.test"))
        await asyncio.sleep(PAUSE_S)


async def provider(target: Target) -> None:
    """Questions that the provider answers with broken and odd streams."""

    async def chatter(number: int) -> None:
        question = f"{STARTER} (ref cid{ODD_TAGS[number]})"
        for _ in target.turns():
            chat_id = await target.new_chat()
            await target.post("/chat_stream", {"message": question, "chat_id": chat_id})
            await asyncio.sleep(PAUSE_S)

    await _all(chatter, len(ODD_TAGS))


async def unknown(target: Target) -> None:
    """Stops, and reads, of what there is not."""
    numbers = count()

    async def knock(_: int) -> None:
        for turn in target.turns():
            name = f"{next(numbers):032x}"
            asked = (
                ("POST", f"/chat_stream/{name}/stop"),
                ("GET", f"/chat_stream/{name}"),
                ("GET", f"/chats/{name}"),
                ("GET", f"/jobs/{name}"),
                ("GET", f"/documents/{name}"),
            )
            await target.send(target.request(*asked[turn % len(asked)]))
            await asyncio.sleep(PAUSE_S)

    await _all(knock, KNOCKERS)


Attack = Callable[[Target], Awaitable[None]]
ATTACKERS: dict[str, Attack] = {
    "messages": messages,
    "uploads": uploads,
    "readers": readers,
    "headers": headers,
    "halves": halves,
    "hosts": hosts,
    "provider": provider,
    "unknown": unknown,
}


async def _all(loop: Callable[[int], Awaitable[None]], number: int) -> None:
    await asyncio.gather(*(loop(place) for place in range(number)))


async def attack(kinds: Sequence[str], port: int, key: str, seconds: float) -> dict[str, object]:
    """Let all `kinds` attack at the same time; gives what each was told."""
    targets = {kind: Target(port, key, time.monotonic() + seconds) for kind in kinds}
    await asyncio.gather(*(ATTACKERS[kind](target) for kind, target in targets.items()))
    return {kind: dict(target.told) for kind, target in targets.items()}


def main() -> int:
    """Read the arguments, attack and print; gives the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--kinds", nargs="+", choices=ATTACKERS, required=True)
    arguments = parser.parse_args()
    # What it takes to attack is not to be mistaken for what the attack does.
    os.nice(10)
    told = asyncio.run(attack(arguments.kinds, arguments.port, arguments.key, arguments.seconds))
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
