"""Every error that Citewire raises on purpose, as one tree.

Each class says its `code`, which is stable and for programs, whether trying again can help
(`retryable`), and, where its own message is for the operator, what a client is told instead
(`shown`); what a class does not say it has from the one above. A message is written for the person
who reads it and never holds a secret. `citewire.api.errors` maps codes to HTTP, and nothing else.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class CitewireError(Exception):
    """Base of all errors raised on purpose."""

    code: ClassVar[str] = "internal"
    retryable: ClassVar[bool] = True
    shown: ClassVar[str | None] = None
    retry_after_s: float | None = None

    @property
    def public(self) -> str:
        """What a client is told."""
        return self.shown or str(self)


class ConfigurationError(CitewireError):
    """A setting is missing, unknown or contradictory; the message names it."""


class StorageError(CitewireError):
    """Redis cannot do what is asked of it."""

    code = "storage_error"
    retryable = False
    shown: ClassVar[str | None] = "the storage refuses the request; the server's log says why"


class StorageUnavailable(StorageError):
    """Redis does not answer."""

    code = "storage_unavailable"
    retryable = True
    shown = "the storage does not answer at the moment"


class EmbeddedRedisError(StorageError):
    """The embedded Redis server cannot be started or shared."""


class IndexMismatch(StorageError):
    """The live index has other fields or another vector size than the settings ask for."""

    code = "index_mismatch"
    shown = "the index does not fit the settings of the server; /readyz says why"


class NotEmpty(StorageError):
    """The place into which a backup is to be restored holds something."""


class BackupError(CitewireError):
    """A backup cannot be read: it is cut off, altered, or of another version."""


class LibraryBusy(StorageError):
    """Another process is changing the documents of this namespace."""

    code = "library_busy"
    retryable = True
    shown = "the documents are being changed at the moment: try again later"


class UploadNotStored(StorageError):
    """The disk does not take an uploaded file."""

    code = "upload_not_stored"
    shown: ClassVar[str | None] = None


class RetrievalTimeout(CitewireError):
    """Embedding a question and searching for it took longer than it may."""

    code = "retrieval_timeout"


class DocumentError(CitewireError):
    """One document cannot be ingested; the others can."""


class UnreadableDocument(DocumentError):
    """The file is encrypted, broken or empty; the message says which."""


class NoRoom(DocumentError):
    """The owner, or the collection, has as many documents or passages as there may be."""


class ModelError(CitewireError):
    """A model did not answer."""

    code = "model_error"
    retryable = False


class ModelKeyRefused(ModelError):
    """The provider refused the API key (401 or 403)."""

    code = "model_key_refused"


class ModelBusy(ModelError):
    """The provider is over its limits (429).

    Args:
        message: what failed.
        retry_after_s: seconds to wait as the provider said, or None.
    """

    code = "model_busy"
    retryable = True

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ModelUnavailable(ModelError):
    """The provider cannot be reached, failed (5xx) or cut the stream."""

    code = "model_unavailable"
    retryable = True


class ModelTimeout(ModelError):
    """No first token in time, or silence in mid-stream."""

    code = "model_timeout"
    retryable = True


class ModelRejected(ModelError):
    """The provider refused the request itself (a 4xx other than 401, 403 and 429)."""

    code = "model_rejected"


class ModelUnpaid(ModelRejected):
    """The provider wants to be paid first (402), or the account's quota is used up."""

    code = "model_unpaid"


class PromptFiltered(ModelRejected):
    """The provider's content filter refuses the question, or passages that it was given with."""

    code = "prompt_filtered"


class TooLongForModel(ModelRejected):
    """The prompt, or a text to embed, is longer than the model takes."""

    code = "too_long_for_model"


class OutOfTokens(ModelError):
    """The model used up all its tokens before it said anything: it thinks, and they are few."""

    code = "model_out_of_tokens"
    retryable = True


class ThoughtAloud(ModelError):
    """What was shown as the answer turned out to be thinking; it is known by the next time."""

    code = "model_thought_aloud"
    retryable = True


class ServerFailed(CitewireError):
    """The Citewire server that a client asks over HTTP is not there, or refuses."""


class ConnectionLost(ServerFailed):
    """The connection to a server broke off; what was asked may have been done."""


class RequestRefused(ServerFailed):
    """A server refuses a request.

    Args:
        message: why, for the person who asks.
        status: of HTTP.
        problem: what the server tells (docs/protocol/errors.md); empty if it told nothing.
    """

    def __init__(self, message: str, *, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.status = status
        self.problem = problem


class RunLost(CitewireError):
    """The worker of a run died, or was suspended for so long that another took it for dead."""

    code = "run_lost"


class CannotRepeat(CitewireError):
    """A part of a run that is over cannot be done again; the message says why."""


class RequestError(CitewireError):
    """The client asks for what cannot be had."""


class ApiKeyRefused(RequestError):
    """The request has no API key, or not one of ours."""

    code = "api_key_refused"
    retryable = False


class TokenRefused(ApiKeyRefused):
    """A token is not the provider's, not for this server, or over."""


class SignInRefused(RequestError):
    """A sign-in was not begun in this browser, or the provider does not vouch for it."""

    code = "sign_in_refused"
    retryable = False


class ProviderUnavailable(RequestError):
    """The provider with which people sign in does not answer."""

    code = "provider_unavailable"
    retryable = True


class ScopeMissing(RequestError):
    """What let the request in may not do this; the message names the scope that may."""

    code = "scope_missing"
    retryable = False


class CredentialRevoked(RequestError):
    """The key or session that let a request in was revoked while it was being answered."""

    code = "credential_revoked"
    retryable = False


class KeyNotFound(RequestError):
    """There is no API key of that id that could be revoked."""

    code = "key_not_found"
    retryable = False


class TooManyKeys(RequestError):
    """The owner has as many API keys as there may be."""

    code = "too_many_keys"
    retryable = False


class ChatNotFound(RequestError):
    """There is no chat of that id."""

    code = "chat_not_found"
    retryable = False


class CitesPrivate(RequestError):
    """A chat to be shared cites reports that nobody else may read; the message names them."""

    code = "cites_private"
    retryable = False


class ModelNotFound(RequestError):
    """There is no model of that name."""

    code = "model_not_found"
    retryable = False


class ChatBusy(RequestError):
    """The chat already has a run."""

    code = "chat_busy"


class MessageNotFound(RequestError):
    """The chat has no such question or answer."""

    code = "message_not_found"
    retryable = False


class TooManyChats(RequestError):
    """The owner has as many chats as there may be."""

    code = "too_many_chats"
    retryable = False


class RunNotFound(RequestError):
    """There is no run of that id, or it is too long ago."""

    code = "run_not_found"
    retryable = False


class AlreadyAsked(RequestError):
    """The same was asked before with the same Idempotency-Key.

    Args:
        message: says so.
        run_id: the run that answers it.
    """

    def __init__(self, message: str, *, run_id: str) -> None:
        super().__init__(message)
        self.run_id = run_id


class KeyReused(RequestError):
    """Something else was asked with the same Idempotency-Key."""

    code = "idempotency_key_reused"
    retryable = False


class NotReplayable(RequestError):
    """There is such a run, but what it said was not logged."""

    code = "not_replayable"
    retryable = False


class TooManyReaders(RequestError):
    """So many streams follow runs already that no more are begun."""

    code = "too_many_readers"


class DocumentNotFound(RequestError):
    """There is no document of that id, or its file is not there any more."""

    code = "document_not_found"
    retryable = False


class CollectionNotFound(RequestError):
    """There is no collection of that id."""

    code = "collection_not_found"
    retryable = False


class FolderNotFound(RequestError):
    """Whoever asks may read nothing in a folder of that name."""

    code = "folder_not_found"


class MemberNotFound(RequestError):
    """A collection has no such member."""

    code = "member_not_found"
    retryable = False


class RoleTooLow(RequestError):
    """The collection may be read, but not changed so; the message says which role may."""

    code = "role_too_low"
    retryable = False


class LastManager(RequestError):
    """Nobody else manages the collection."""

    code = "last_manager"
    retryable = False


class TooManyCollections(RequestError):
    """Somebody is in as many collections as one may be in."""

    code = "too_many_collections"
    retryable = False


class TooManyMembers(RequestError):
    """A collection has as many members as there may be."""

    code = "too_many_members"
    retryable = False


class PageNotFound(RequestError):
    """A document has no such page, or it cannot be shown alone; the message says why."""

    code = "page_not_found"
    retryable = False


class PassageNotFound(RequestError):
    """There is no passage of that id."""

    code = "passage_not_found"
    retryable = False


class JobNotFound(RequestError):
    """There is no job of that id, or it is too long ago."""

    code = "job_not_found"
    retryable = False


class InvalidUpload(RequestError):
    """An upload has no files, too many, or no folder that they can go to."""

    code = "invalid_upload"
    retryable = False


class UnsupportedFormat(RequestError):
    """An uploaded file is of a kind that cannot be read."""

    code = "unsupported_format"
    retryable = False


class UploadStalled(RequestError):
    """An upload was begun, but nothing more of it arrives."""

    code = "upload_stalled"


class TooManyJobs(RequestError):
    """So many jobs wait already that no more are taken."""

    code = "too_many_jobs"


class TooManyRuns(RequestError):
    """The server is at its limit of concurrent runs."""

    code = "too_many_runs"


class OverAllowance(RequestError):
    """The owner has spent what one may in a time.

    Args:
        message: says what the limit is.
        retry_after_s: seconds until there is room again.
    """

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class TooManyRequests(OverAllowance):
    """The owner has sent as many requests as one may in a minute."""

    code = "too_many_requests"


class TooManyTokens(OverAllowance):
    """Answers of the owner have used as many tokens as they may in an hour."""

    code = "too_many_tokens"


class BodyTooLarge(RequestError):
    """The request body is over the limit."""

    code = "body_too_large"
    retryable = False


class UnknownHost(RequestError):
    """The server is asked by a name that it does not know (`CITEWIRE_HOSTS`)."""

    code = "unknown_host"
    retryable = False


class ForeignPage(RequestError):
    """Another site's page may change nothing without a key, nor read with a person's session."""

    code = "foreign_page"
    retryable = False


class HeadersTooLarge(RequestError):
    """The request's line and headers are over the limit."""

    code = "headers_too_large"
    retryable = False


class MalformedRequest(RequestError):
    """What was sent is no HTTP request."""

    code = "malformed_request"
    retryable = False


class RequestStalled(RequestError):
    """A request was begun, but the rest of it does not arrive."""

    code = "request_stalled"


class Draining(RequestError):
    """The server is shutting down and takes no new runs."""

    code = "draining"


UNKNOWN = "something went wrong on the server"
"""What is told of an error that was not raised on purpose; the log says more."""


def known(error: Exception) -> CitewireError:
    """`error` as one that may be told of."""
    return error if isinstance(error, CitewireError) else CitewireError(UNKNOWN)
