"""`citewire forget`: what is a person's alone goes, and it is said what went."""

import asyncio
import sys

from citewire.services.assembly.people import open_personal
from citewire.services.people.forgetting import forget_person
from citewire.settings import Settings


def forget(settings: Settings, owner: str) -> int:
    """Forget a person and print what was removed; gives 1 if nobody of that name is known.

    Raises:
        CitewireError: it could not be finished; run it again.
    """
    removed = asyncio.run(_forget(settings, owner))
    if not any(removed.values()):
        print(
            f"nobody called {owner} is known in the namespace {settings.storage.namespace}: "
            "there was nothing to remove",
            file=sys.stderr,
        )
        return 1
    for kind, count in removed.items():
        print(f"removed {kind}: {count}")
    if settings.access.has_api_keys:
        print(
            f"keys of {owner} in CITEWIRE_API_KEYS or its file are not removed: take them out and "
            "restart the servers",
            file=sys.stderr,
        )
    return 0


async def _forget(settings: Settings, owner: str) -> dict[str, int]:
    def on_wait(told: str) -> None:
        print(told, file=sys.stderr)

    async with open_personal(settings) as personal:
        return await forget_person(owner, personal, on_wait=on_wait)
