"""Under which pseudonym a person stands in the audit log, asked of Redis once in a while."""

import logging
import time
from typing import Final

from citewire.errors import StorageError
from citewire.storage.access.people import PeopleStore

logger = logging.getLogger(__name__)

FRESH_S: Final = 2.0
"""How long a pseudonym is taken for that of its person: another worker may forget the person."""
MAX_REMEMBERED: Final = 10_000
UNNAMED: Final = "unnamed"
"""Whoever acts while Redis cannot be asked, and was not seen before."""


class Naming:
    """The pseudonyms that one process uses.

    Args:
        people: where they are kept.
    """

    def __init__(self, people: PeopleStore) -> None:
        self._people = people
        self._known: dict[str, tuple[str, float]] = {}

    async def know(self, name: str) -> str:
        """The pseudonym of a person.

        Raises:
            StorageError: Redis does not answer, or refuses.
        """
        now = time.monotonic()
        pseudonym, asked = self._known.get(name, ("", 0.0))
        if not pseudonym or now - asked > FRESH_S:
            pseudonym = await self._people.pseudonym(name)
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            self._known[name] = pseudonym, now
        return pseudonym

    async def find(self, name: str) -> str:
        """The same, or what it was last if Redis does not answer: an act is told in any case."""
        try:
            return await self.know(name)
        except StorageError as error:
            logger.warning("the audit log cannot ask for a pseudonym: %s", error)
            return self._known.get(name, (UNNAMED, 0.0))[0]

    def forget(self, name: str) -> None:
        """Ask anew the next time."""
        self._known.pop(name, None)
