"""Loading the scripts: each is a file `NAME.lua` here, and may include others that it shares."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis
from redis.commands.core import AsyncScript

Word = str | int | bytes
"""What a script is given."""

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


@dataclass(frozen=True, slots=True)
class ScriptCall:
    """A script that is to be called, and what it is given besides the prefix of all keys."""

    name: str
    args: Sequence[Word]


def register_pair(client: Redis, first: str, then: str) -> AsyncScript:
    """Two scripts as one: the other is called if the first replies with `claimed`.

    Called with the number of words for the first, these, and those for the other. Replies with both
    replies, or with the one.
    """
    parts = [f"local function {name}(ARGV)\n{{}}\nend\n" for name in ("first", "other")]
    bodies = [read_script(name).removeprefix("#!lua\n") for name in (first, then)]
    both = "".join(part.format(body) for part, body in zip(parts, bodies, strict=True))
    unchecked: Any = client
    script: AsyncScript = unchecked.register_script(f"#!lua\n{both}{_PAIR}")
    return script


_PAIR = """
local words, mine, others = tonumber(ARGV[1]), {}, {}
for i = 2, words + 1 do mine[i - 1] = ARGV[i] end
for i = words + 2, #ARGV do others[i - words - 1] = ARGV[i] end
local replied = first(mine)
if replied[1] ~= 'claimed' then return {replied} end
return {replied, other(others)}
"""


@lru_cache
def read_script(name: str) -> str:
    """The text of a script, with what it includes in place: `-- include: chats/common`."""
    return _INCLUDE.sub(lambda found: _read(found[1]), _read(name))


def _read(name: str) -> str:
    return files(__package__).joinpath(f"{name}.lua").read_text("utf-8")
