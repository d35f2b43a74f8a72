"""Citewire: streamed, cited answers from folders of reports.

`Citewire` answers in one's own process, `AsyncClient` and `Client` ask a server.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["AsyncClient", "Citewire", "Client", "__version__"]

if TYPE_CHECKING:
    from citewire.client.http import AsyncClient
    from citewire.client.in_process import Citewire
    from citewire.client.sync import Client

_MODULES = {"AsyncClient": "http", "Citewire": "in_process", "Client": "sync"}


def __getattr__(name: str) -> Any:
    """Import a part of the library when it is asked for: the engine takes seconds to load."""
    from importlib import import_module

    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"citewire.client.{_MODULES[name]}"), name)
