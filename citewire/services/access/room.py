"""How much an owner, or a shared collection, may have of what takes space."""

from typing import Literal

from citewire.settings.settings import LibraryRoom, Settings
from citewire.storage.keys import collection_in


def room_of(library: str, settings: Settings) -> LibraryRoom:
    """The room of a library: an owner's, or that of a shared collection."""
    return (
        settings.room_per_owner if collection_in(library) is None else settings.room_per_collection
    )


def told_limit(what: Literal["documents", "passages"], room: LibraryRoom) -> str:
    """Say how many there may be, and which setting says so."""
    most = f"{getattr(room, what):,} {what}"
    return f"{most} may be kept (CITEWIRE_MAX_{what.upper()}_PER_{room.per})"
