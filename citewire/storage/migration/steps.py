"""The steps from each version of what is stored to the next, in order; one function each.

A step may be interrupted anywhere and is then done again from its beginning: what it has converted
before it must leave as it is. It writes by `Stored.change` alone, so that a process which was
suspended meanwhile writes nothing over what another one did.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from citewire.storage.keys import Keys
from citewire.storage.library.lease import Lease


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored in a namespace, in the hands of a step.

    Args:
        client: to read.
        keys: of the namespace.
        lease: to write.
    """

    client: Any
    keys: Keys
    lease: Lease


MigrationStep = Callable[[Stored], Awaitable[None]]
"""Brings everything to the next version."""

STEPS: Final[Mapping[int, MigrationStep]] = {}
"""Each by the version that it begins with. The first release has version 4: there is none yet."""
