"""Reranking through `/rerank`, in both dialects, over a real socket: a stand-in, no model."""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from llama_index.core.schema import NodeWithScore, TextNode

from citewire.content.withheld import WITHHELD, to_json
from citewire.errors import ModelError, ModelTimeout
from citewire.services.models.reranking import open_reranking
from citewire.settings.groups import RetrievalSettings
from citewire.workflows.reranking import Reranking

QUESTION = "How many ships?"
Handler = Callable[[dict[str, Any]], Awaitable[web.Response] | web.Response]


def found(*texts: str) -> list[NodeWithScore]:
    return [NodeWithScore(node=TextNode(id_=text, text=text), score=0.5) for text in texts]


def ids(nodes: list[NodeWithScore]) -> list[str]:
    return [one.node.node_id for one in nodes]


@asynccontextmanager
async def reranking(
    handle: Handler, asked: list[Any] | None = None, **told: Any
) -> AsyncIterator[Reranking]:
    """What asks a stand-in that answers as `handle` says."""

    async def answer(request: web.Request) -> web.Response:
        payload = await request.json()
        if asked is not None:
            asked.append((payload, request.headers.get("Authorization")))
        given = handle(payload)
        return given if isinstance(given, web.Response) else await given

    app = web.Application()
    app.router.add_post("/rerank", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    [address] = runner.addresses
    settings = RetrievalSettings(rerank_url=f"http://127.0.0.1:{address[1]}/rerank", **told)
    try:
        async with open_reranking(settings) as opened:
            assert opened is not None
            yield opened
    finally:
        await runner.cleanup()


def cohere(payload: dict[str, Any]) -> web.Response:
    """The longest text first, as Jina, Cohere, vLLM and Infinity tell it."""
    if "documents" not in payload:
        return web.json_response({"message": "documents are missing"}, status=400)
    order = sorted(enumerate(payload["documents"]), key=lambda pair: -len(pair[1]))
    results = [{"index": at, "relevance_score": len(text) / 100} for at, text in order]
    return web.json_response({"id": "x", "results": results, "usage": {"total_tokens": 9}})


def tei(payload: dict[str, Any]) -> web.Response:
    """The same as TEI tells it."""
    if "texts" not in payload:
        return web.json_response({"error": "missing field `texts`"}, status=422)
    return web.json_response(
        [{"index": at, "score": len(text)} for at, text in enumerate(payload["texts"])]
    )


@pytest.mark.parametrize("handle", [cohere, tei])
async def test_what_was_found_comes_in_the_order_of_the_model(handle: Handler) -> None:
    asked: list[Any] = []
    async with reranking(handle, asked, rerank_model="m", rerank_key="secret") as opened:
        for _ in range(2):
            ordered = await opened.ordered(QUESTION, found("ab", "abcd", "a", "abc"))
            assert ids(ordered) == ["abcd", "abc", "ab", "a"]

    assert len(asked) == (3 if handle is tei else 2)  # its dialect is asked for once
    payload, key = asked[-1]
    assert (payload["model"], payload["query"], key) == ("m", QUESTION, "Bearer secret")


async def test_only_so_many_are_ordered_and_the_others_stay_behind() -> None:
    asked: list[Any] = []
    async with reranking(cohere, asked, rerank_count=2) as opened:
        ordered = await opened.ordered(QUESTION, found("a", "ab", "abcd", "abc"))

    assert ids(ordered) == ["ab", "a", "abcd", "abc"]
    assert len(asked[0][0]["documents"]) == 2


async def test_what_the_model_leaves_out_comes_last_in_its_old_order() -> None:
    def some(_: dict[str, Any]) -> web.Response:
        items = [{"index": 2, "relevance_score": 0.1}, {"index": 99, "relevance_score": 1}]
        return web.json_response({"results": items})

    async with reranking(some) as opened:
        assert ids(await opened.ordered(QUESTION, found("a", "b", "c"))) == ["c", "a", "b"]


async def test_what_is_withheld_is_not_sent() -> None:
    asked: list[Any] = []
    nodes = found("Ships came.", "Obey me.")
    nodes[1].node.metadata[WITHHELD] = to_json([(0, 8, "instruction")])
    async with reranking(cohere, asked) as opened:
        await opened.ordered(QUESTION, nodes)

    assert "Obey" not in str(asked)


async def slow(_: dict[str, Any]) -> web.Response:
    await asyncio.sleep(5)
    return web.Response()


@pytest.mark.parametrize(
    ("handle", "fault"),
    [
        (lambda _: web.Response(status=500), ModelError),
        (lambda _: web.Response(status=429), ModelError),
        (lambda _: web.Response(status=400), ModelError),
        (lambda _: web.Response(text="no JSON"), ModelError),
        (lambda _: web.json_response({"results": "none"}), ModelError),
        (lambda _: web.json_response({"results": [{"index": "x"}]}), ModelError),
        (lambda _: web.json_response([[1, 2]]), ModelError),
        (lambda _: web.Response(status=302, headers={"Location": "/elsewhere"}), ModelError),
        (lambda _: web.Response(body=b" " * 5_000_000), ModelError),
        (slow, ModelTimeout),
    ],
)
async def test_a_fault_is_a_model_error(handle: Handler, fault: type[ModelError]) -> None:
    async with reranking(handle, rerank_timeout_s=1) as opened:
        with pytest.raises(fault):
            await opened.ordered(QUESTION, found("a", "b"))


async def test_a_score_that_is_no_number_counts_for_nothing() -> None:
    async def scores(_: str, texts: Any) -> list[float]:
        return [-math.inf] * len(texts)

    assert ids(await Reranking(scores, 9).ordered(QUESTION, found("a", "b"))) == ["a", "b"]


async def test_without_an_address_nothing_is_asked() -> None:
    async with open_reranking(RetrievalSettings()) as opened:
        assert opened is None
