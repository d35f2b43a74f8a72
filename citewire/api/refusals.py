"""Which refusals each call can answer: one table of rules, by what a call takes and does.

The description of the API is made from it, and the statuses from the table of `errors`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from citewire.api.errors import STOPPED_STATUSES, status_of
from citewire.api.key_check import OPEN_BY_ANY_NAME

ASKING_TAGS: Final = frozenset(("chat", "OpenAI", "AI SDK"))
"""The tags of calls that ask a model where they have a body."""
OF_CONNECTION: Final = ("malformed_request", "headers_too_large", "request_stalled")
"""What is told before it is known which call it is: as a problem, whatever the call speaks."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it is described.

    Args:
        method: in capital letters.
        path: with names in braces.
        tags: of the router.
        is_closed: whether it needs a key, where there are keys.
        parameters: of path, query and headers, by name.
        bodies: media types of the body, none without one.
        fields: of a body that is JSON.
        answers: media types of what it answers when all is well.
    """

    method: str
    path: str
    tags: frozenset[str]
    is_closed: bool
    parameters: frozenset[str]
    bodies: frozenset[str]
    fields: frozenset[str]
    answers: frozenset[str]

    @property
    def asks(self) -> bool:
        """Whether a model is asked."""
        return bool(self.bodies) and bool(self.tags & ASKING_TAGS)

    @property
    def asks_in_one_piece(self) -> bool:
        """Whether the end of an answer may decide the status."""
        return self.asks and "application/json" in self.answers

    @property
    def changes(self) -> bool:
        """Whether something is another thing afterwards."""
        return self.method != "GET"

    def is_at(self, *calls: str) -> bool:
        """Whether it is one of these, each written as `POST /path`."""
        return f"{self.method} {self.path}" in calls


def _takes(*names: str) -> Callable[[Call], bool]:
    return lambda call: not call.parameters.isdisjoint(names)


_COLLECTION: Final = "/collections/{collection_id}"
_MEMBER: Final = f"{_COLLECTION}/members/{{member}}"
_ASKED_MODEL: Final = (
    *("model_key_refused", "model_busy", "model_timeout", "model_rejected", "model_unpaid"),
    *("prompt_filtered", "too_long_for_model", "model_unavailable", "model_error"),
)
RULES: Final[tuple[tuple[Callable[[Call], bool], tuple[str, ...]], ...]] = (
    (lambda call: True, ("internal", *OF_CONNECTION)),
    (lambda call: call.path not in OPEN_BY_ANY_NAME, ("unknown_host",)),
    (
        lambda call: call.is_closed,
        (
            *("api_key_refused", "credential_revoked", "provider_unavailable", "scope_missing"),
            *("role_too_low", "foreign_page", "too_many_requests"),
            *("storage_unavailable", "storage_error", "index_mismatch"),
        ),
    ),
    (lambda call: bool(call.parameters or call.fields), ("invalid_request",)),
    # A body where none is looked for is measured, too.
    (lambda call: call.is_closed, ("body_too_large",)),
    (_takes("chat_id"), ("chat_not_found",)),
    (lambda call: call.changes and "chat_id" in call.parameters, ("chat_busy",)),
    (
        lambda call: "message_id" in call.parameters or "leaf_id" in call.fields,
        ("message_not_found",),
    ),
    (lambda call: call.is_at("POST /chats", "POST /chats/{chat_id}/restore"), ("too_many_chats",)),
    (_takes("share_id"), ("chat_not_found",)),
    (lambda call: call.is_at("POST /chats/{chat_id}/share"), ("cites_private",)),
    (_takes("language"), ("export_too_long",)),
    (_takes("run_id"), ("run_not_found",)),
    (
        lambda call: call.method == "GET" and "text/event-stream" in call.answers,
        ("too_many_readers", "not_replayable", "run_not_found"),
    ),
    (_takes("doc_id"), ("document_not_found",)),
    (lambda call: call.changes and "doc_id" in call.parameters, ("library_busy",)),
    (_takes("number"), ("page_not_found",)),
    (_takes("passage_id"), ("passage_not_found",)),
    (_takes("job_id"), ("job_not_found",)),
    (_takes("collection_id", "collection"), ("collection_not_found",)),
    (lambda call: call.is_at("POST /collections"), ("too_many_collections",)),
    (lambda call: call.is_at(f"PUT {_MEMBER}"), ("too_many_members", "last_manager")),
    (lambda call: call.is_at(f"DELETE {_MEMBER}"), ("member_not_found", "last_manager")),
    (_takes("key_id"), ("key_not_found",)),
    (lambda call: call.is_at("POST /keys"), ("too_many_keys",)),
    (lambda call: "model" in call.parameters | call.fields, ("model_not_found",)),
    (
        lambda call: "multipart/form-data" in call.bodies,
        ("unsupported_format", "upload_stalled"),
    ),
    (
        lambda call: call.is_at("POST /documents", f"POST {_COLLECTION}/documents"),
        ("invalid_upload", "upload_not_stored", "too_many_jobs", "draining"),
    ),
    (lambda call: "doc_ids" in call.fields, ("document_not_found",)),
    (
        lambda call: call.asks or "filters" in call.fields,
        ("collection_not_found", "folder_not_found", "too_many_runs"),
    ),
    (lambda call: "query" in call.fields, ("retrieval_timeout", *_ASKED_MODEL)),
    (
        lambda call: call.asks,
        (
            *("chat_not_found", "chat_busy", "message_not_found", "too_many_chats"),
            *("too_many_tokens", "too_many_readers", "draining"),
        ),
    ),
    (
        _takes("idempotency-key"),
        ("idempotency_key_reused", "run_not_found", "not_replayable"),
    ),
    (
        lambda call: call.asks_in_one_piece,
        (
            *("stopped", "retrieval_timeout", "run_lost", *_ASKED_MODEL),
            *("model_out_of_tokens", "model_thought_aloud"),
        ),
    ),
)
"""Which codes a call can answer by which rule."""
ELSEWHERE: Final = frozenset(("sign_in_refused",))
"""What only pages for people tell, which are not described."""


def refusals(call: Call) -> dict[int, list[str]]:
    """The codes that a call can answer, by status, each in the order of the table."""
    found: dict[int, list[str]] = {}
    for code in _codes(call):
        for status in _statuses(code):
            found.setdefault(status, []).append(code)
    return dict(sorted(found.items()))


def _codes(call: Call) -> Iterable[str]:
    told = (code for applies, codes in RULES if applies(call) for code in codes)
    return dict.fromkeys(told)


def _statuses(code: str) -> list[int]:
    match code:
        case "stopped":
            return sorted(int(status) for status in STOPPED_STATUSES.values() if status >= 400)
        case "invalid_request":
            return [int(HTTPStatus.UNPROCESSABLE_ENTITY)]
    return [int(status_of(code))]
