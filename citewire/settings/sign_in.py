"""The settings of signing in: a provider of OpenID Connect, or a proxy that knows who asks."""

import ipaddress
from typing import Self
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator, model_validator

from citewire.settings.field import SettingsGroup, setting
from citewire.settings.networks import Network, checked_networks, networks_in

_HEADER_NAME = r"^[A-Za-z0-9-]{1,64}$"


class SignInSettings(SettingsGroup):
    """Signing in."""

    oidc_issuer: str | None = setting(
        None,
        "Provider of OpenID Connect with which people sign in, by its issuer; its tokens are "
        "taken as bearer tokens, too (docs/tenancy.md).",
        unset="nobody signs in",
        off=(None,),
        example="https://login.example.org/realms/reports",
    )
    oidc_client_id: str | None = setting(
        None,
        "Id of this server at the provider.",
        unset="needed with a provider",
        off=(None,),
        example="citewire",
    )
    oidc_client_secret: SecretStr | None = setting(
        None, "Its secret there.", unset="a public client", off=(None,)
    )
    oidc_audience: str | None = setting(
        None,
        "For whom bearer tokens must be made out.",
        unset="CITEWIRE_OIDC_CLIENT_ID",
        off=(None,),
    )
    oidc_scopes: str = setting(
        "openid,profile,email",
        "What is asked of the provider.",
        pattern=r"^openid(,[!#-+\--\[\]-~]{1,100}){0,20}$",
        form="openid, and further scopes with commas between",
    )
    oidc_owner_claim: str = setting(
        "sub",
        "The claim that says whose data a person has; another than sub must be one that nobody "
        "can choose for oneself at the provider.",
        min_length=1,
    )
    oidc_groups_claim: str = setting(
        "groups", "The claim that says a person's groups.", min_length=1
    )
    public_url: str | None = setting(
        None,
        "Where people reach this server, with the path if it is below one; the provider must know "
        "it with /auth/callback behind it. With https cookies are sent over TLS alone.",
        unset="as the request says, with http",
        off=(None,),
        example="https://reports.example.org",
    )
    session_hours: float = setting(
        12, "After which one signs in again.", unit="hours", gt=0, le=24 * 90
    )
    admin_group: str | None = setting(
        None,
        "Who signs in with this group has the scope admin, too.",
        unset="nobody who signs in",
        off=(None,),
        example="citewire-admins",
    )
    proxy_addresses: str | None = setting(
        None,
        "Addresses and networks of proxies that know who asks and say so in headers; nobody else "
        "is believed.",
        unset="no headers are looked at",
        off=(None,),
        example="10.0.0.7,fd00::/8",
    )
    proxy_user_header: str = setting(
        "X-Forwarded-User",
        "The proxy's header for who asks.",
        pattern=_HEADER_NAME,
        form="the name of a header",
    )
    proxy_groups_header: str = setting(
        "X-Forwarded-Groups",
        "Its header for their groups, with commas between.",
        pattern=_HEADER_NAME,
        form="the name of a header",
    )

    @property
    def knows_people(self) -> bool:
        """Whether people sign in, here or at a proxy."""
        return self.oidc_issuer is not None or self.proxy_addresses is not None

    @property
    def proxies(self) -> list[Network]:
        """The networks of proxies that are believed."""
        return networks_in(self.proxy_addresses)

    @field_validator("oidc_issuer", "public_url")
    @classmethod
    def _is_safe_address(cls, address: str | None) -> str | None:
        if address is None:
            return None
        try:
            parts = urlsplit(address)
            host = parts.hostname or ""
        except ValueError:
            raise ValueError("this is no address") from None
        if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
            raise ValueError("must be an address, https://host/path, without ? and #")
        return address

    @field_validator("oidc_issuer")
    @classmethod
    def _is_encrypted(cls, issuer: str | None) -> str | None:
        if issuer is not None:
            parts = urlsplit(issuer)
            if parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
                raise ValueError("must be https: over http anybody on the way could be anybody")
        return issuer

    @field_validator("proxy_addresses")
    @classmethod
    def _are_networks(cls, addresses: str | None) -> str | None:
        return checked_networks(addresses)

    @model_validator(mode="after")
    def _provider_knows_us(self) -> Self:
        if self.oidc_issuer is not None and self.oidc_client_id is None:
            raise ValueError("CITEWIRE_OIDC_ISSUER needs CITEWIRE_OIDC_CLIENT_ID")
        return self


def is_this_machine(host: str) -> bool:
    """Whether a host is the machine itself, so that nothing goes over a network."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
