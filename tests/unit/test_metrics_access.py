"""Who may scrape: by the key, or by an address that is known for sure."""

import pytest
from fastapi.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Scope

from citewire.api.host_check import HostCheck
from citewire.api.metrics import check
from citewire.errors import ApiKeyRefused, ConfigurationError, UnknownHost
from citewire.settings import Settings

KEY = "0123456789abcdef"
PROXY = "10.0.0.7"


class App:
    """What a request asks of its app."""

    def __init__(self, settings: Settings) -> None:
        self.state = self
        self.hosts = HostCheck.from_settings(settings)


def may(
    peer: str | None, *sent: tuple[str, str], host: str = "localhost:8000", **given: object
) -> bool:
    """Whether a request from `peer` with these headers may scrape, with settings as `given`."""
    settings = Settings.build(given)
    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": "/metrics",
        "headers": [(name.encode(), text.encode()) for name, text in (("host", host), *sent)],
        "client": (peer, 5000) if peer else None,
        "app": App(settings),
    }
    try:
        check(Request(scope), settings)
    except (HTTPException, ApiKeyRefused, UnknownHost):
        return False
    return True


def test_by_default_nobody_may() -> None:
    assert not may("127.0.0.1")


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "10.1.2.3", "::ffff:10.1.2.3"])
def test_listed_addresses_may(peer: str) -> None:
    assert may(peer, metrics_addresses="127.0.0.1, ::1, 10.0.0.0/8")


@pytest.mark.parametrize("peer", ["127.0.0.2", "::2", "11.1.2.3", None, "unix"])
def test_others_may_not(peer: str | None) -> None:
    assert not may(peer, metrics_addresses="127.0.0.1,::1,10.0.0.0/8")


@pytest.mark.parametrize(
    "header",
    [
        ("x-forwarded-for", "127.0.0.1"),
        ("forwarded", "for=127.0.0.1"),
        ("x-real-ip", "127.0.0.1"),
        ("via", "1.1 nginx"),
    ],
)
def test_what_a_proxy_that_nobody_named_passes_on_has_no_address(header: tuple[str, str]) -> None:
    assert not may("127.0.0.1", header, metrics_addresses="127.0.0.1")


@pytest.mark.parametrize(
    ("passed", "allowed"),
    [
        ("192.0.2.1", True),
        ("127.0.0.1, 192.0.2.1", True),
        ("192.0.2.1, 198.51.100.9", False),
        (f"192.0.2.1, {PROXY}", True),
        ("", False),
        ("not an address", False),
    ],
)
def test_behind_a_named_proxy_its_client_counts(passed: str, *, allowed: bool) -> None:
    header = ("x-forwarded-for", passed)
    given = {"metrics_addresses": "192.0.2.0/24", "proxy_addresses": PROXY}

    assert may(PROXY, header, **given) is allowed


def test_the_key_opens_from_anywhere_and_by_any_name() -> None:
    bearer = ("authorization", f"Bearer {KEY}")
    passed = ("x-forwarded-for", "203.0.113.5")

    assert may("203.0.113.9", bearer, passed, host="citewire:8000", metrics_key=KEY)
    assert not may("203.0.113.9", ("authorization", f"Bearer {KEY}1"), metrics_key=KEY)


def test_an_address_opens_only_by_names_of_the_server() -> None:
    """A page whose name leads here, in a browser on a listed address, reads nothing."""
    assert not may("127.0.0.1", host="evil.example:8000", metrics_addresses="127.0.0.1")


@pytest.mark.parametrize(
    "given", [{"metrics_addresses": "10.0.0.0/8,nowhere"}, {"metrics_key": "short"}]
)
def test_what_cannot_be_is_told_at_start(given: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match="CITEWIRE_METRICS_"):
        Settings.build(given)
