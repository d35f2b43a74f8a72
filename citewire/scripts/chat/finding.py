"""The server that a command asks: the one given, one that runs already, or one of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from citewire.client.connection import Address, is_serving
from citewire.errors import ConfigurationError
from citewire.settings import Settings
from citewire.storage.keys import DEFAULT_OWNER

ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (asked for, not bound)
"""Where a server that listens everywhere is found."""


@contextmanager
def find_server(
    settings: Settings,
    *,
    owner: str,
    url: str | None,
    note: Callable[[str], None],
    busy: Callable[[str], None],
) -> Iterator[Address]:
    """The server to ask, for the block.

    Args:
        settings: say where a server may be, and what one's own is to do.
        owner: whose reports a server of one's own is about; a running one goes by the key.
        url: of the server; None: the one of the settings if it runs, else one's own.
        note: is told which it is.
        busy: is told what takes a while.

    Raises:
        ConfigurationError: the URL, the key or the owner cannot be used.
        ServerFailed: one's own did not start.
    """
    key = settings.access.api_key.get_secret_value() if settings.access.api_key else None
    if url is not None and owner != DEFAULT_OWNER:
        raise ConfigurationError("--owner: the server at --url goes by the API key")
    if url is not None:
        yield Address(url, key)
        return
    host = ANY.get(settings.server.host, settings.server.host)
    url = (
        f"http://[{host}]:{settings.server.port}"
        if ":" in host
        else f"http://{host}:{settings.server.port}"
    )
    if owner == DEFAULT_OWNER and is_serving(url):
        note(f"Using the server at {url}.")
        yield Address(url, key)
        return
    # Deferred: with a server that runs there is no need of it.
    from citewire.scripts.chat.own_server import open_own_server

    busy("starting a server …")
    with open_own_server(settings, owner=owner) as address:
        note(f"Started a server at {address.url}, for as long as this takes.")
        yield address
