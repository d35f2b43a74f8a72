"""Loading the scripts: each is a file `NAME.lua` here, and may include others that it shares."""

import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis
from redis.commands.core import AsyncScript

_INCLUDE = re.compile(r"^-- include: (\S+)\n", re.MULTILINE)


def register(client: Redis, name: str) -> AsyncScript:
    """The script `name`, which its store calls; Redis is sent its text only if it lost it.

    Args:
        client: connection that the script is called on.
        name: of the file, with its folder and without its suffix: `chats/append`.
    """
    unchecked: Any = client
    script: AsyncScript = unchecked.register_script(read_script(name))
    return script


@lru_cache
def read_script(name: str) -> str:
    """The text of a script, with what it includes in place: `-- include: chats/common`."""
    return _INCLUDE.sub(lambda found: _read(found[1]), _read(name))


def _read(name: str) -> str:
    return files(__package__).joinpath(f"{name}.lua").read_text("utf-8")
