"""The `/rerank` interface that Jina, Cohere, TEI, vLLM and Infinity share, in its two dialects.

Jina, Cohere (v1 and v2), vLLM and Infinity take `documents` and give `results` with `index` and
`relevance_score`; TEI takes `texts` and gives a list with `index` and `score`. Which of them a
server speaks is found out by asking: one that does not know `documents` refuses with 400 or 422.
"""

import asyncio
import math
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import aiohttp
import orjson

from citewire.errors import ModelBusy, ModelError, ModelTimeout, ModelUnavailable
from citewire.services.telemetry.watches import RERANK, UNCOUNTED, ProviderWatch
from citewire.settings.groups import RetrievalSettings
from citewire.tracing import names
from citewire.tracing.spans import lone_span
from citewire.workflows.reranking import Reranking

LONGEST_ANSWER = 4_000_000
"""Bytes; some servers send the documents back."""

_REFUSED = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
_WHERE = "CITEWIRE_RERANK_URL"


class RerankClient:
    """Asks one server, through one session.

    Args:
        session: that the caller opens and closes.
        url: of the call itself, such as `http://localhost:7997/rerank`.
        model: its name; empty for a server that has one model.
        timeout_s: longest wait, both dialects together, in seconds.
        watch: counts the calls.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        url: str,
        model: str,
        timeout_s: float,
        watch: ProviderWatch,
    ) -> None:
        self._watch = watch
        self._session = session
        self._url = url
        self._model = {"model": model} if model else {}
        self._timeout_s = timeout_s
        self._takes_texts = False

    async def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """How well each text answers the question; minus infinity for those that are not told.

        Raises:
            ModelError: of the class that fits the fault.
        """
        with lone_span(names.RERANK, "client") as traced, self._watch.calling(RERANK) as answered:
            traced.note(names.OPERATION, "rerank")
            traced.note(names.REQUEST_MODEL, self._model.get("model"))
            traced.note(names.TEXTS, len(texts))
            scores = await self._scores(question, texts)
            answered()
            return scores

    async def _scores(self, question: str, texts: Sequence[str]) -> list[float]:
        try:
            async with asyncio.timeout(self._timeout_s):
                return _read(await self._ask(question, texts), len(texts))
        except TimeoutError as error:
            raise ModelTimeout("the reranking model took too long") from error
        except (aiohttp.ClientError, OSError) as error:
            raise ModelUnavailable(f"the reranking model cannot be reached ({_WHERE})") from error

    async def _ask(self, question: str, texts: Sequence[str]) -> bytes:
        status, body = await self._post(question, texts)
        if status in _REFUSED:
            self._takes_texts = not self._takes_texts
            status, body = await self._post(question, texts)
            if status in _REFUSED:
                self._takes_texts = False
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise ModelBusy("the reranking model is over its limits (429)")
        if status != HTTPStatus.OK:
            raise ModelUnavailable(f"the reranking model refused the request ({status}): {_WHERE}")
        return body

    async def _post(self, question: str, texts: Sequence[str]) -> tuple[int, bytes]:
        given: dict[str, Any] = (
            {"texts": texts, "truncate": True} if self._takes_texts else {"documents": texts}
        )
        payload = orjson.dumps({**self._model, "query": question, **given})
        # Not redirected: the key is for this address alone.
        async with self._session.post(self._url, data=payload, allow_redirects=False) as response:
            body = await response.content.read(LONGEST_ANSWER + 1)
            while len(body) <= LONGEST_ANSWER and not response.content.at_eof():
                body += await response.content.read(LONGEST_ANSWER + 1 - len(body))
            return response.status, body


def _read(body: bytes, count: int) -> list[float]:
    scores = [-math.inf] * count
    try:
        told: Any = orjson.loads(body) if len(body) <= LONGEST_ANSWER else None
        for item in told if isinstance(told, list) else told["results"]:
            at, score = int(item["index"]), float(item.get("relevance_score", item.get("score")))
            if 0 <= at < count and math.isfinite(score):
                scores[at] = score
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise ModelError("the reranking model gave no scores") from error
    return scores


@asynccontextmanager
async def open_reranking(
    settings: RetrievalSettings, watch: ProviderWatch = UNCOUNTED
) -> AsyncGenerator[Reranking | None, None]:
    """What orders passages anew, if the settings name a server; leaving closes its connections."""
    if settings.rerank_url is None:
        yield None
        return
    headers = {"Content-Type": "application/json", "User-Agent": "citewire"}
    if settings.rerank_key is not None:
        headers["Authorization"] = f"Bearer {settings.rerank_key.get_secret_value()}"
    # `trust_env`: through the proxy that the environment names.
    async with aiohttp.ClientSession(headers=headers, trust_env=True) as session:
        client = RerankClient(
            session,
            url=settings.rerank_url,
            model=settings.rerank_model or "",
            timeout_s=settings.rerank_timeout_s,
            watch=watch,
        )
        yield Reranking(client.scores, settings.rerank_count)
