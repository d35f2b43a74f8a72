"""Who asks: an owner with groups, and what the credential in hand may do."""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What a credential may do; none includes another."""

    ASK = "ask"
    """Questions, and all that belongs to one's chats."""
    READ = "read"
    """Documents, their pages and passages, and what jobs do."""
    WRITE = "write"
    """Uploads, corrections, removals."""
    ADMIN = "admin"
    """Keys, people and runs of everybody."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks.

    Args:
        owner: whose chats and private reports these are.
        groups: what collections may name beside owners.
        scopes: what may be done with the credential in hand.
        credential: id of the key or session that let it in; empty where nobody needs one.
    """

    owner: str
    groups: frozenset[str] = frozenset()
    scopes: frozenset[Scope] = frozenset(Scope)
    credential: str = ""
