"""Addresses and networks as they stand in settings, and whether an address is of them."""

import ipaddress
from collections.abc import Iterable

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks_in(told: str | None) -> list[Network]:
    """The networks of a setting, which has commas between them."""
    texts = (text.strip() for text in (told or "").split(","))
    return [ipaddress.ip_network(text) for text in texts if text]


def checked_networks(told: str | None) -> str | None:
    """Give the setting, if all in it are addresses or networks.

    Raises:
        ValueError: one is none; the message is for whoever set it.
    """
    for text in (told or "").split(",") if told is not None else ():
        try:
            ipaddress.ip_network(text.strip())
        except ValueError:
            raise ValueError(
                f"{text.strip()!r} is no address or network, as 10.0.0.7 or 10.0.0.0/8 are"
            ) from None
    return told


def is_within(address: str | None, networks: Iterable[Network]) -> bool:
    """Whether an address is in any of the networks; what is none, as of a socket, is in none."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in network for network in networks)
