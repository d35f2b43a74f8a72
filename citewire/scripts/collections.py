"""`citewire collections`: what several people share, and who is a member in which role."""

import asyncio
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from citewire.errors import CollectionNotFound, ConfigurationError
from citewire.scripts.plain_text import PIPED_WIDTH, harmless_name
from citewire.services.access.audit.log import Who
from citewire.services.access.members import checked_member, checked_role
from citewire.services.assembly.documents import open_collections, take_out
from citewire.services.assembly.people import open_everybody
from citewire.services.reading.cleaning import clean_line
from citewire.settings import Settings
from citewire.storage.collections.store import MOST_NAME, Collection, CollectionStore
from citewire.storage.keys import library_of

COMMAND = Who(command="citewire collections")


def list_collections(settings: Settings) -> int:
    """Print all collections with how many members they have."""
    found = asyncio.run(_all(settings))
    if not found:
        print(
            f"none yet in the namespace {settings.storage.namespace}: "
            "`citewire collections make NAME --manager OWNER` makes one"
        )
        return 0
    rows = [(one.collection_id, one.name, str(len(one.members))) for one in found]
    _print(("collection", "name", "members"), rows)
    return 0


def make_collection(settings: Settings, name: str, *, manager: str) -> int:
    """Make a collection and print its id.

    Raises:
        ConfigurationError: the name is blank or too long, or the manager none.
    """
    cleaned = clean_line(name)
    if not 1 <= len(cleaned) <= MOST_NAME:
        raise ConfigurationError(f"the name of a collection has 1 to {MOST_NAME} characters")
    print(asyncio.run(_make(settings, cleaned, checked_member(manager))))
    return 0


def change_members(
    settings: Settings, named: str, *, given: Sequence[str], dropped: Sequence[str]
) -> int:
    """Give roles to members of a collection and take others out; then print all of them.

    Args:
        settings: say where Redis is.
        named: the name of the collection, or its id.
        given: members with their roles, as `ann=reader` or `group:staff=editor`.
        dropped: members that are taken out.

    Raises:
        ConfigurationError: a member or a role is none.
        CollectionNotFound, MemberNotFound: there is none of that name.
        LastManager: nobody else would manage it.
    """
    roles = [one.rpartition("=") for one in given]
    changes = [(checked_member(member), checked_role(role)) for member, _, role in roles]
    gone = list(map(checked_member, dropped))

    async def change() -> Collection:
        async with open_everybody(settings) as everybody:
            collection_id = await find(everybody.collections, named, settings.storage.namespace)
            for member, role in changes:
                await everybody.changes.join(COMMAND, collection_id, member, role)
            for member in gone:
                await everybody.changes.leave(COMMAND, collection_id, member)
            return await everybody.collections.read(collection_id)

    _print(("member", "role"), list(asyncio.run(change()).members.items()))
    return 0


def remove_collection(settings: Settings, named: str) -> int:
    """Delete a collection with its documents and uploaded files."""

    async def remove() -> None:
        async with open_everybody(settings) as everybody:
            collection_id = await find(everybody.collections, named, settings.storage.namespace)
            await everybody.changes.finish(COMMAND, collection_id)
        await take_out(settings, collection_id)

    asyncio.run(remove())
    print(f"removed: {harmless_name(named)}")
    return 0


def library_named(settings: Settings, named: str) -> str:
    """The library of the collection that is called so, or has that id.

    Raises:
        CollectionNotFound: there is none.
        ConfigurationError: several are called so.
    """

    async def look() -> str:
        async with open_collections(settings) as store:
            return library_of(await find(store, named, settings.storage.namespace))

    return asyncio.run(look())


async def find(store: CollectionStore, named: str, namespace: str) -> str:
    """The id of the collection that is called so, or has that id; raises as `library_named`."""
    found = await store.all()
    fitting = [one.collection_id for one in found if one.collection_id == named]
    fitting = fitting or [one.collection_id for one in found if one.name == named]
    if not fitting:
        raise CollectionNotFound(f"there is no collection {named} in the namespace {namespace}")
    if len(fitting) > 1:
        raise ConfigurationError(f"several collections are called {named}: {', '.join(fitting)}")
    return fitting[0]


async def _all(settings: Settings) -> list[Collection]:
    async with open_collections(settings) as store:
        return await store.all()


async def _make(settings: Settings, name: str, manager: str) -> str:
    async with open_everybody(settings) as everybody:
        return await everybody.changes.create(COMMAND, name, manager)


def _print(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    table = Table(header_style="bold")
    for head in heads:
        table.add_column(head, no_wrap=head == "collection")
    for row in rows:
        table.add_row(*(Text(harmless_name(cell)) for cell in row))
    console.print(table)
