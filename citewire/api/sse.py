"""Server-Sent Events on the wire: run events as bytes, and the response that sends them."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import orjson
from sse_starlette import EventSourceResponse

from citewire.api.errors import error_payload
from citewire.services.chat import ChatService
from citewire.services.run_events import Failed, RunEvent
from citewire.services.runs import Run


class RunEncoder:
    """Writes the events of one run, numbered without a gap.

    Formatting here instead of in sse-starlette keeps the cost of a token to one JSON dump; the
    library still owns the response, its pings and the watch for a client that leaves.
    """

    def __init__(self, run_id: str) -> None:
        self._id = run_id.encode()
        self._seq = 0

    def encode(self, batch: Sequence[RunEvent]) -> bytes:
        """The events as one block of bytes."""
        blocks = []
        for event in batch:
            self._seq += 1
            data = orjson.dumps(error_payload(event) if isinstance(event, Failed) else event)
            blocks.append(
                b"event: %b\nid: %b:%d\ndata: %b\n\n"
                % (event.name.encode(), self._id, self._seq, data)
            )
        return b"".join(blocks)


async def encoded(service: ChatService, run: Run) -> AsyncGenerator[bytes, None]:
    """The run as blocks of SSE."""
    encoder = RunEncoder(run.ids.run_id)
    async with aclosing(service.stream(run)) as batches:
        async for batch in batches:
            yield encoder.encode(batch)


def run_response(
    service: ChatService, run: Run, *, ping_s: float, send_timeout_s: float, grace_s: float
) -> EventSourceResponse:
    """Stream the run; when the client leaves, the generator is cancelled and the run with it."""
    return EventSourceResponse(
        encoded(service, run),
        sep="\n",
        ping=ping_s,
        send_timeout=send_timeout_s,
        shutdown_grace_period=grace_s,
        headers={"Cache-Control": "no-store"},
    )
