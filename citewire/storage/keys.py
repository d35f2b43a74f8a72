"""Every key and every index in Redis, and the ids in them."""

import hashlib
from dataclasses import dataclass

SCHEMA_VERSION = 4
"""Of all that is stored: index, documents, chats and runs. What has another one is not read.

Whoever raises it adds the step to it to `storage/migration/steps.py`.
"""

OLDEST_MIGRATED = 4
"""The version of release 0.1.0, from which on what is stored is brought to the next one."""

DEFAULT_OWNER = "default"
"""Whose everything is while there are no API keys."""

SHARED = "+"
"""What the names of the libraries of shared collections begin with, and those of owners never."""

IDENTIFIER = r"[A-Za-z0-9_-]{1,64}"
"""What an id may be, as a regular expression."""

Libraries = tuple[str, ...]
"""Whose documents: owners, each for the private ones, and shared collections (`library_of`)."""

Fields = dict[str, str | int | float | bytes]
"""The fields of a passage's hash."""

EMBEDDED_AS = "embedded_as"
"""The field that tells what a passage's vector was made of (`library.embedded`)."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one namespace; nothing else in the package makes any.

    Scripts that find keys by what they read are given `prefix`, and make the same ones of it in
    `lua/keys`.
    """

    namespace: str

    @property
    def prefix(self) -> str:
        """What every key of the namespace begins with."""
        return f"{self.namespace}:"

    # The index of the passages.

    @property
    def passage_index(self) -> str:
        """The search index of the passages."""
        return f"{self.namespace}:passages:v{SCHEMA_VERSION}"

    @property
    def passage_prefix(self) -> str:
        """What the key of every passage begins with, without the separator that follows it."""
        return f"{self.namespace}:passage"

    @property
    def fingerprint(self) -> str:
        """The hash of what is stored here: its version, and what the index was made with."""
        return f"{self.namespace}:index"

    # Documents and their passages.

    def lease(self, owner: str) -> str:
        """Who may change an owner's documents at the moment."""
        of_owner = "" if owner == DEFAULT_OWNER else f":{owner_tag(owner)}"
        return f"{self.namespace}:lease{of_owner}"

    @property
    def hidden(self) -> str:
        """The set of the ids of hidden documents."""
        return f"{self.namespace}:hidden"

    @property
    def staging(self) -> str:
        """The hash of the documents that are being written."""
        return f"{self.namespace}:staging"

    @property
    def retiring(self) -> str:
        """The hash of the owners of the documents that are being deleted."""
        return f"{self.namespace}:retiring"

    @property
    def retired(self) -> str:
        """The hash of the heirs and last places of retired documents."""
        return f"{self.namespace}:retired"

    @property
    def vacated(self) -> str:
        """The hash of the retired document that lay last at each place."""
        return f"{self.namespace}:vacated"

    def documents(self, owner: str) -> str:
        """The sorted set of the ids of an owner's documents."""
        of_owner = "" if owner == DEFAULT_OWNER else f":{owner_tag(owner)}"
        return f"{self.namespace}:documents{of_owner}"

    def document(self, doc_id: str) -> str:
        """The record of a document."""
        return f"{self.namespace}:document:{doc_id}"

    @property
    def corrections(self) -> str:
        """The hash of what people corrected of documents; kept also when one is taken out."""
        return f"{self.namespace}:corrections"

    @property
    def changes(self) -> str:
        """How often documents were changed: what was read of them before is to be read anew."""
        return f"{self.namespace}:changes"

    def passage_ids(self, doc_id: str) -> str:
        """The set of the ids of a document's passages."""
        return f"{self.namespace}:passages:{doc_id}"

    def layout(self, doc_id: str) -> str:
        """The hash of the rectangles of a document's passages."""
        return f"{self.namespace}:layout:{doc_id}"

    def kept(self, doc_id: str) -> str:
        """The set of why a document is remembered: passages kept of it, documents it is heir of."""
        return f"{self.namespace}:kept:{doc_id}"

    def passage(self, passage_id: str) -> str:
        """A passage."""
        return f"{self.namespace}:passage:{passage_id}"

    def snapshot(self, passage_id: str) -> str:
        """A passage as it is kept for the chats that cite it."""
        return f"{self.namespace}:snapshot:{passage_id}"

    def citing_chats(self, passage_id: str) -> str:
        """The set of the chats for which a passage is kept."""
        return f"{self.namespace}:snapshot:{passage_id}:chats"

    def cited_passages(self, chat_id: str) -> str:
        """The set of the passages that are kept for a chat."""
        return f"{self.namespace}:chat:{chat_id}:snapshots"

    def suggested(self, library: str) -> str:
        """The hash of the questions that a model suggested for a library, by their language."""
        return f"{self.namespace}:suggested:{owner_tag(library)}"

    def suggesting(self, library: str, language: str) -> str:
        """A mark that a model was asked for questions of a library a moment ago."""
        return f"{self.namespace}:suggesting:{owner_tag(library)}:{language}"

    def suggesting_for(self, owner: str) -> str:
        """A mark that a model was asked for questions on account of an owner a moment ago."""
        return f"{self.namespace}:suggesting:for:{owner_tag(owner)}"

    # Shared collections.

    @property
    def collections(self) -> str:
        """The set of the ids of all collections."""
        return f"{self.namespace}:collections"

    @property
    def ending_collections(self) -> str:
        """The set of the ids of deleted collections whose documents are still there."""
        return f"{self.namespace}:collections:ending"

    def collection(self, collection_id: str) -> str:
        """The hash of a collection: its name and its members with their roles."""
        return f"{self.namespace}:collection:{collection_id}"

    def joined(self, member: str) -> str:
        """The set of the ids of the collections that an owner or a group is a member of."""
        digest = hashlib.sha1(member.encode("utf-8", "backslashreplace"), usedforsecurity=False)
        return f"{self.namespace}:collections:of:{digest.hexdigest()}"

    # Chats.

    @property
    def chat_index(self) -> str:
        """The search index of the chats."""
        return f"{self.namespace}:chats:v{SCHEMA_VERSION}"

    @property
    def chat_clock(self) -> str:
        """The last stamp that was given."""
        return f"{self.namespace}:chats:clock"

    @property
    def chats_ending(self) -> str:
        """The sorted set of the chats that end by themselves, by when."""
        return f"{self.namespace}:chats:ending"

    def chats(self, owner: str) -> str:
        """The set of the ids of an owner's chats."""
        return f"{self.namespace}:chats:of:{owner_tag(owner)}"

    def chat(self, chat_id: str) -> str:
        """What the keys of a chat's parts begin with; of no id, those of all chats."""
        return f"{self.namespace}:chat:{chat_id}"

    def trash(self, chat_id: str) -> str:
        """What they begin with once the chat is deleted."""
        return f"{self.namespace}:trash:{chat_id}"

    def chat_head(self, chat_id: str) -> str:
        """What there is to know of a chat without its messages."""
        return f"{self.namespace}:chat:{chat_id}:head"

    def chat_tree(self, chat_id: str) -> str:
        """The hash of the number and the parent of each message."""
        return f"{self.namespace}:chat:{chat_id}:tree"

    def chat_records(self, chat_id: str) -> str:
        """The sorted set of the run records of a chat, by when they end."""
        return f"{self.namespace}:chat:{chat_id}:records"

    def message(self, chat_id: str, message_id: str) -> str:
        """A message of a chat."""
        return f"{self.namespace}:chat:{chat_id}:message:{message_id}"

    # Runs.

    @property
    def workers(self) -> str:
        """The sorted set of the workers, by when their leases end."""
        return f"{self.namespace}:runs:workers"

    @property
    def lost_runs(self) -> str:
        """The sorted set of the runs of dead workers, by until when somebody is ending them."""
        return f"{self.namespace}:runs:lost"

    def run(self, run_id: str) -> str:
        """A run."""
        return f"{self.namespace}:run:{run_id}"

    def run_log(self, run_id: str) -> str:
        """The stream of what a run tells."""
        return f"{self.namespace}:run:{run_id}:log"

    def run_read(self, run_id: str) -> str:
        """A mark that somebody reads the log of a run."""
        return f"{self.namespace}:run:{run_id}:read"

    def run_record(self, run_id: str) -> str:
        """The record of a run."""
        return f"{self.namespace}:run-record:{run_id}"

    def run_of_chat(self, chat_id: str) -> str:
        """The run that answers a chat."""
        return f"{self.namespace}:runs:of-chat:{chat_id}"

    def runs_of_worker(self, worker: str) -> str:
        """The set of the runs of a worker."""
        return f"{self.namespace}:runs:of:{worker}"

    def runs_of_owner(self, owner: str) -> str:
        """The set of the runs of an owner."""
        return f"{self.namespace}:runs:of-owner:{owner}"

    def stops(self, worker: str) -> str:
        """The runs that a worker is to stop: a set, and a channel of the same name."""
        return f"{self.namespace}:runs:stops:{worker}"

    def asked(self, name: str) -> str:
        """The run that was asked with an idempotency key."""
        return f"{self.namespace}:runs:asked:{name}"

    # Who asks.

    @property
    def people(self) -> str:
        """The hash of the pseudonyms that the audit log has for people, by their names."""
        return f"{self.namespace}:people"

    def spent(self, kind: str, owner: str) -> str:
        """What an owner has spent lately of one kind: a level, and when it was so."""
        return f"{self.namespace}:spent:{kind}:{owner_tag(owner)}"

    # Ingestions in the background.

    def job(self, job_id: str) -> str:
        """The state of a job."""
        return f"{self.namespace}:job:{job_id}"

    def job_alive(self, job_id: str) -> str:
        """A sign of life of who is at a job."""
        return f"{self.namespace}:job:{job_id}:alive"

    def job_stop(self, job_id: str) -> str:
        """A mark that a job is to stop."""
        return f"{self.namespace}:jobs:stop:{job_id}"

    def jobs(self, owner: str) -> str:
        """The sorted set of an owner's jobs, by when they began to wait."""
        return f"{self.namespace}:jobs:of:{owner_tag(owner)}"

    # Who may ask.

    @property
    def credentials_stamp(self) -> str:
        """Another value after each key or session that was made or revoked."""
        return f"{self.namespace}:access:stamp"

    @property
    def api_keys(self) -> str:
        """The hash of the API keys that were made at run time, by their ids."""
        return f"{self.namespace}:access:keys"

    @property
    def api_keys_used(self) -> str:
        """The hash of when each of them was used last."""
        return f"{self.namespace}:access:keys:used"

    def session(self, session_id: str) -> str:
        """A session of somebody who signed in."""
        return f"{self.namespace}:access:session:{session_id}"

    def sessions(self, owner: str) -> str:
        """The sorted set of an owner's sessions, by when they end."""
        return f"{self.namespace}:access:sessions:of:{owner_tag(owner)}"


def index_name(namespace: str) -> str:
    """The search index of the passages of `namespace`."""
    return Keys(namespace).passage_index


def library_of(collection_id: str) -> str:
    """Whose the documents of a shared collection are; no owner is called so."""
    return f"{SHARED}{collection_id}"


def collection_in(library: str) -> str | None:
    """The id of the collection that a library is of; None for a private one."""
    return library.removeprefix(SHARED) if library.startswith(SHARED) else None


def owner_tag(owner: str) -> str:
    """What an owner is filtered by: hexadecimal, because a name in a tag query may match nothing.

    RediSearch splits tags at commas and does not unescape every character (`|`, `?`, a backtick).
    """
    return _digest(owner)[:32]


def folder_id(name: str, owner: str = DEFAULT_OWNER) -> str:
    """What an owner's folder is filtered by: hexadecimal, as `owner_tag`."""
    return _digest(_owned(name, owner))[:16]


def document_id(digest: str, owner: str = DEFAULT_OWNER) -> str:
    """The id of an owner's document.

    The same bytes of two owners are two documents, so that nothing of one of them (title, place,
    text read by other settings, what became of it) is ever shown to the other.

    Args:
        digest: SHA-256 of its bytes, hexadecimal.
        owner: whose document.
    """
    return (digest if owner == DEFAULT_OWNER else _digest(_owned(digest, owner)))[:32]


def _owned(name: str, owner: str) -> str:
    # What is the default owner's is named by itself. No name holds a NUL.
    return name if owner == DEFAULT_OWNER else f"{owner}\0{name}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
