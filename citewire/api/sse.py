"""Server-Sent Events on the wire: the response that sends what a run tells."""

import re
from collections.abc import AsyncGenerator

from fastapi.exceptions import RequestValidationError
from sse_starlette import EventSourceResponse

from citewire.settings import Settings


def run_response(blocks: AsyncGenerator[bytes, None], settings: Settings) -> EventSourceResponse:
    """Stream blocks of events; when the client leaves, their generator is cancelled."""
    return EventSourceResponse(
        blocks,
        sep="\n",
        ping=settings.sse_ping_s,
        send_timeout=settings.send_timeout_s,
        # A client that reads nothing is cut off while there is still time to store its turn.
        shutdown_grace_period=settings.shutdown_grace_s / 4,
        headers={"Cache-Control": "no-store"},
    )


def last_event_number(run_id: str, header: str | None) -> int:
    """The number in a `Last-Event-ID` of a run; 0 without one.

    Raises:
        RequestValidationError: it is no event of this run.
    """
    if header is None:
        return 0
    found = re.fullmatch(re.escape(run_id) + r":(\d{1,9})", header, re.ASCII)
    if found is None:
        told = f"must be {run_id}:<number>"
        raise RequestValidationError([{"loc": ("header", "Last-Event-ID"), "msg": told}])
    return int(found[1])
