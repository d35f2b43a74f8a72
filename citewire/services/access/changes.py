"""Changes of shared collections and their members, each told in the audit log."""

from collections.abc import Callable

from citewire.services.access.audit.log import AuditLog, Who
from citewire.storage.collections.store import CollectionStore, Role


class CollectionChanges:
    """Makes and deletes collections, and changes who is in them.

    Args:
        store: the collections.
        audit: is told.
        on_change: called after each: who may read what is to be looked at anew.

    Every method raises as that of the store does; then nothing is told.
    """

    def __init__(
        self, store: CollectionStore, audit: AuditLog, on_change: Callable[[], None]
    ) -> None:
        self._store = store
        self._audit = audit
        self._on_change = on_change

    async def create(self, who: Who, name: str, manager: str) -> str:
        """Make a collection that a member manages; gives its id."""
        collection_id = await self._store.create(name, manager)
        self._on_change()
        await self._audit.collection_made(who, collection_id=collection_id)
        return collection_id

    async def finish(self, who: Who, collection_id: str) -> None:
        """Delete a collection: nobody has it from now on."""
        await self._store.finish(collection_id)
        self._on_change()
        await self._audit.collection_removed(who, collection_id=collection_id)

    async def join(self, who: Who, collection_id: str, member: str, role: Role) -> None:
        """Give an owner or a group a role, another one if it has one."""
        await self._store.join(collection_id, member, role)
        self._on_change()
        told = {"collection_id": collection_id, "member": member}
        await self._audit.member_added(who, **told, role=role)

    async def leave(self, who: Who, collection_id: str, member: str) -> None:
        """Take an owner or a group out."""
        role = (await self._store.read(collection_id)).members.get(member, "")
        await self._store.leave(collection_id, member)
        self._on_change()
        told = {"collection_id": collection_id, "member": member}
        await self._audit.member_removed(who, **told, role=role)
