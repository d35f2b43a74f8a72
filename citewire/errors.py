"""Every error that Citewire raises on purpose, as one tree.

CitewireError
├── ConfigurationError            a setting is missing, unknown or contradictory
├── StorageError                  Redis cannot do what is asked of it
│   ├── StorageUnavailable        Redis does not answer
│   ├── EmbeddedRedisError        the embedded server cannot be started or shared
│   ├── IndexMismatch             the live index is not the one that the settings ask for
│   ├── LibraryBusy               another process is changing the documents
│   └── UploadNotStored           the disk takes no more
├── RetrievalTimeout              the passages for a question were not found in time
├── DocumentError                 one document cannot be ingested
│   └── UnreadableDocument        the file is encrypted, broken or empty
├── ModelError                    a model did not answer
│   ├── ModelKeyRefused           401 or 403: the key is wrong
│   ├── ModelBusy                 429: over the provider's limits
│   ├── ModelUnavailable          5xx, connection refused, stream cut
│   ├── ModelTimeout              no first token, or silence in mid-stream
│   └── ModelRejected             any other 4xx: the provider refuses the request
├── ServerFailed                  the server that a command asks is not there, or refuses
├── CannotRepeat                  a part of a run that is over cannot be done again
├── RunLost                       the worker of a run died, or another took it for dead
└── RequestError                  the client asks for what cannot be had
    ├── ApiKeyRefused             there is no API key, or not one of ours
    ├── ChatNotFound
    ├── ChatBusy                  the chat already has a run
    ├── MessageNotFound           the chat has no such question or answer
    ├── TooManyChats              the owner has as many as there may be
    ├── RunNotFound
    ├── AlreadyAsked              with the same Idempotency-Key: that run is joined
    ├── KeyReused                 something else was asked with the same Idempotency-Key
    ├── NotReplayable             the run was not logged
    ├── TooManyReaders            over the limit of streams that follow another worker's run
    ├── DocumentNotFound
    ├── PageNotFound              no such page, or it cannot be shown alone
    ├── PassageNotFound
    ├── JobNotFound
    ├── InvalidUpload             no files, too many, or no folder that they can go to
    ├── UnsupportedFormat         an uploaded file is of a kind that cannot be read
    ├── UploadStalled             nothing more of it arrives
    ├── TooManyJobs               over the limit of jobs that wait
    ├── TooManyRuns               over the limit of concurrent runs
    ├── BodyTooLarge
    └── Draining                  the server is shutting down

Each message is written for the person who reads it and never holds a secret. How a class becomes
an HTTP status or an `error` event stands in `citewire.api.errors`, and nowhere else.
"""


class CitewireError(Exception):
    """Base of all errors raised on purpose."""


class ConfigurationError(CitewireError):
    """A setting is missing, unknown or contradictory; the message names it."""


class StorageError(CitewireError):
    """Redis cannot do what is asked of it."""


class StorageUnavailable(StorageError):
    """Redis does not answer."""


class EmbeddedRedisError(StorageError):
    """The embedded Redis server cannot be started or shared."""


class IndexMismatch(StorageError):
    """The live index has other fields or another vector size than the settings ask for."""


class LibraryBusy(StorageError):
    """Another process is changing the documents of this namespace."""


class UploadNotStored(StorageError):
    """The disk does not take an uploaded file."""


class RetrievalTimeout(CitewireError):
    """Embedding a question and searching for it took longer than it may."""


class DocumentError(CitewireError):
    """One document cannot be ingested; the others can."""


class UnreadableDocument(DocumentError):
    """The file is encrypted, broken or empty; the message says which."""


class ModelError(CitewireError):
    """A model did not answer."""


class ModelKeyRefused(ModelError):
    """The provider refused the API key (401 or 403)."""


class ModelBusy(ModelError):
    """The provider is over its limits (429).

    Args:
        message: what failed.
        retry_after_s: seconds to wait as the provider said, or None.
    """

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ModelUnavailable(ModelError):
    """The provider cannot be reached, failed (5xx) or cut the stream."""


class ModelTimeout(ModelError):
    """No first token in time, or silence in mid-stream."""


class ModelRejected(ModelError):
    """The provider refused the request itself (a 4xx other than 401, 403 and 429)."""


class ServerFailed(CitewireError):
    """The Citewire server that a command asks over HTTP is not there, or refuses."""


class RunLost(CitewireError):
    """The worker of a run died, or was suspended for so long that another took it for dead."""


class CannotRepeat(CitewireError):
    """A part of a run that is over cannot be done again; the message says why."""


class RequestError(CitewireError):
    """The client asks for what cannot be had."""


class ApiKeyRefused(RequestError):
    """The request has no API key, or not one of ours."""


class ChatNotFound(RequestError):
    """There is no chat of that id."""


class ChatBusy(RequestError):
    """The chat already has a run."""


class MessageNotFound(RequestError):
    """The chat has no such question or answer."""


class TooManyChats(RequestError):
    """The owner has as many chats as there may be."""


class RunNotFound(RequestError):
    """There is no run of that id, or it is too long ago."""


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


class NotReplayable(RequestError):
    """There is such a run, but what it said was not logged."""


class TooManyReaders(RequestError):
    """So many streams follow runs already that no more are begun."""


class DocumentNotFound(RequestError):
    """There is no document of that id, or its file is not there any more."""


class PageNotFound(RequestError):
    """A document has no such page, or it cannot be shown alone; the message says why."""


class PassageNotFound(RequestError):
    """There is no passage of that id."""


class JobNotFound(RequestError):
    """There is no job of that id, or it is too long ago."""


class InvalidUpload(RequestError):
    """An upload has no files, too many, or no folder that they can go to."""


class UnsupportedFormat(RequestError):
    """An uploaded file is of a kind that cannot be read."""


class UploadStalled(RequestError):
    """An upload was begun, but nothing more of it arrives."""


class TooManyJobs(RequestError):
    """So many jobs wait already that no more are taken."""


class TooManyRuns(RequestError):
    """The server is at its limit of concurrent runs."""


class BodyTooLarge(RequestError):
    """The request body is over the limit."""


class Draining(RequestError):
    """The server is shutting down and takes no new runs."""
