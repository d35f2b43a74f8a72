"""What owners, documents, passages and folders are called in Redis."""

import hashlib

SCHEMA_VERSION = 2
"""Version 1 knew no owners."""

DEFAULT_OWNER = "default"
"""Whose everything is while there are no API keys."""

IDENTIFIER = r"[A-Za-z0-9_-]{1,64}"
"""What an id may be, as a regular expression."""

Fields = dict[str, str | int | float | bytes]
"""The fields of a passage's hash."""


def index_name(namespace: str, version: int = SCHEMA_VERSION) -> str:
    """The search index of `namespace`; a new schema version is another index."""
    return f"{namespace}:passages:v{version}"


def hidden_key(namespace: str) -> str:
    """The set of the ids of hidden documents."""
    return f"{namespace}:hidden"


def documents_key(namespace: str, owner: str) -> str:
    """The sorted set of the ids of an owner's documents."""
    of_owner = "" if owner == DEFAULT_OWNER else f":{owner_tag(owner)}"
    return f"{namespace}:documents{of_owner}"


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
    # What there was before there were owners keeps its id. No name holds a NUL.
    return name if owner == DEFAULT_OWNER else f"{owner}\0{name}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
