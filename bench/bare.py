"""The bare pass-through: what the same stack costs when it does nothing but hand tokens on.

FastAPI and sse-starlette ask the provider for one embedding and one chat, over the HTTP client and
with the JSON that Citewire uses too, and hand on what came together as it came. No Redis, no
retrieval, no citations, no chats: it is the least that an answer over these packages can cost. The
`openai` package in place of the bare client would cost 150 µs for each token.
"""

import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import orjson
from fastapi import FastAPI
from pydantic import BaseModel
from sse_starlette.sse import EventSourceResponse

PROVIDER = os.environ["OPENAI_BASE_URL"]
ACCESS = {"Authorization": f"Bearer {os.environ['OPENAI_API_KEY']}"}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(headers=ACCESS, connector=connector) as app.state.provider:
        yield


app = FastAPI(lifespan=lifespan)


class ChatRequest(BaseModel):
    query: str


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}


@app.post("/chat_stream")
async def chat_stream(request: ChatRequest) -> EventSourceResponse:
    return EventSourceResponse(answer(app.state.provider, request.query))


async def answer(provider: aiohttp.ClientSession, query: str) -> AsyncIterator[bytes]:
    """Events of an answer, those together that the provider sent together."""
    texts = {"model": "text-embedding-3-small", "input": [query], "encoding_format": "base64"}
    async with provider.post(f"{PROVIDER}/embeddings", json=texts) as embedded:
        await embedded.read()
    asked = {"role": "user", "content": query}
    chat = {"model": "gpt-4o-mini", "stream": True, "messages": [asked]}
    async with provider.post(f"{PROVIDER}/chat/completions", json=chat) as response:
        rest = b""
        async for data in response.content.iter_any():
            *blocks, rest = (rest + data).split(b"\n\n")
            if events := b"".join(map(token_event, blocks)):
                yield events
    yield b"event: done\ndata: {}\n\n"


def token_event(block: bytes) -> bytes:
    """The event for one of the provider's; nothing if it has no text."""
    _, _, data = block.partition(b"data: ")
    choices = orjson.loads(data)["choices"] if data.startswith(b"{") else ()
    text = choices[0]["delta"].get("content") if choices else None
    return b"event: token\ndata: %b\n\n" % orjson.dumps({"text": text}) if text else b""
