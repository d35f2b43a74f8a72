"""What documents, passages and folders are called in Redis."""

import hashlib

SCHEMA_VERSION = 1

Fields = dict[str, str | int | float | bytes]
"""The fields of a passage's hash."""


def index_name(namespace: str) -> str:
    """The search index of `namespace`; a new schema version is another index."""
    return f"{namespace}:passages:v{SCHEMA_VERSION}"


def hidden_key(namespace: str) -> str:
    """The set of the ids of hidden documents."""
    return f"{namespace}:hidden"


def folder_id(name: str) -> str:
    """What a folder is filtered by: hexadecimal, because a name in a tag query may match nothing.

    RediSearch splits tags at commas and does not unescape every character (`|`, `?`, a backtick).
    """
    return hashlib.sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:16]
