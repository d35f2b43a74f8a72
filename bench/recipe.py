"""The straightforward recipe that Citewire is measured against: one file, the library's defaults.

Written as tutorials put these parts together: a workflow whose step runs a condensing chat engine
over a streaming citation engine on Redis, streamed by sse-starlette. Its known faults are left in.
"""

import json
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI
from llama_index.core import Settings, VectorStoreIndex
from llama_index.core.chat_engine import CondenseQuestionChatEngine
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.workflow import Context, Event, StartEvent, StopEvent, Workflow, step
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai import OpenAI
from llama_index.vector_stores.redis import RedisVectorStore
from pydantic import BaseModel
from sse_starlette.sse import EventSourceResponse

BASE_URL = os.environ["OPENAI_BASE_URL"]
Settings.llm = OpenAI(model="gpt-4o-mini", api_base=BASE_URL, temperature=0.1)
Settings.embed_model = OpenAIEmbedding(model="text-embedding-3-small", api_base=BASE_URL)

index = VectorStoreIndex.from_vector_store(RedisVectorStore(redis_url=os.environ["REDIS_URL"]))
memories: defaultdict[str, ChatMemoryBuffer] = defaultdict(
    lambda: ChatMemoryBuffer.from_defaults(token_limit=3000)
)


class TokenEvent(Event):
    token: str


class ChatWorkflow(Workflow):
    @step
    async def chat(self, ctx: Context, ev: StartEvent) -> StopEvent:
        query_engine = CitationQueryEngine.from_args(index, similarity_top_k=3, streaming=True)
        chat_engine = CondenseQuestionChatEngine.from_defaults(
            query_engine=query_engine, memory=memories[ev.session_id]
        )
        response = await chat_engine.astream_chat(ev.query)
        answer = ""
        async for token in response.async_response_gen():
            answer += token
            ctx.write_event_to_stream(TokenEvent(token=token))
        # `response.source_nodes` is empty here; the tool's output has them.
        nodes = response.sources[0].raw_output.source_nodes
        sources = [{"id": found.node.node_id, "text": found.node.get_content()} for found in nodes]
        return StopEvent(result={"answer": answer, "sources": sources})


app = FastAPI()


class ChatRequest(BaseModel):
    query: str
    session_id: str


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}


@app.post("/chat_stream")
async def chat_stream(request: ChatRequest) -> EventSourceResponse:
    async def events() -> AsyncIterator[dict[str, Any]]:
        handler = ChatWorkflow(timeout=300).run(query=request.query, session_id=request.session_id)
        async for event in handler.stream_events():
            if isinstance(event, TokenEvent):
                yield {"event": "token", "data": event.token}
        yield {"event": "done", "data": json.dumps(await handler)}

    return EventSourceResponse(events())
