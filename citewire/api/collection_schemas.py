"""What crosses the wire of shared collections and their members."""

from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from citewire.api.schemas import Identifier
from citewire.services.access.members import MEMBER_NAME
from citewire.services.access.reach import PRIVATE
from citewire.services.reading.cleaning import clean_line
from citewire.storage.collections.store import MOST_NAME, Collection, Membership, Role

Member = Annotated[str, StringConstraints(pattern=rf"^{MEMBER_NAME}$")]
"""An owner, or a group with `group:` before its name."""


class NamedCollection(BaseModel):
    """What a collection is called."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=MOST_NAME)]

    @field_validator("name")
    @classmethod
    def _one_line(cls, name: str) -> str:
        if not (cleaned := clean_line(name)):
            raise ValueError("the name is blank")
        return cleaned


class MemberRole(BaseModel):
    """What somebody is in a collection: each role may do what those before it may."""

    model_config = ConfigDict(extra="forbid")

    role: Role = Field(description="`reader`, `editor` (documents) or `manager` (members)")


class SharedDocuments(BaseModel):
    """Which private documents are copied into a folder of a collection."""

    model_config = ConfigDict(extra="forbid")

    folder: str = Field(min_length=1, max_length=255, description="name of the folder there")
    doc_ids: list[Identifier] = Field(min_length=1, max_length=1000)


class CollectionSummary(BaseModel):
    """A collection, and one's own role in it; the private one is `private` and has no name."""

    collection_id: str
    name: str
    role: Role

    @classmethod
    def private(cls) -> Self:
        """The collection that everybody has for themselves."""
        return cls(collection_id=PRIVATE, name="", role="manager")

    @classmethod
    def of(cls, membership: Membership) -> Self:
        """A shared one."""
        one = membership
        return cls(collection_id=one.collection_id, name=one.name, role=one.role)


class CollectionList(BaseModel):
    """The collections that one is in."""

    collections: list[CollectionSummary]


class MemberView(BaseModel):
    """A member of a collection: an owner, or a group as `group:NAME`."""

    member: str
    role: Role


class CollectionView(BaseModel):
    """A shared collection with its members."""

    collection_id: str
    name: str
    role: Role
    created_at: str
    changed_at: str
    members: list[MemberView]

    @classmethod
    def of(cls, collection: Collection, role: Role) -> Self:
        """As a member who has `role` is told of it."""
        members = collection.members.items()
        return cls(
            collection_id=collection.collection_id,
            name=collection.name,
            role=role,
            created_at=_iso(collection.created),
            changed_at=_iso(collection.changed),
            members=[MemberView(member=one, role=its) for one, its in members],
        )


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
