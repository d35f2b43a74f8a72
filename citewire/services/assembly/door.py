"""Building what lets requests in."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx

from citewire.services.access.credentials import Credentials
from citewire.services.access.door import Door
from citewire.services.access.keys import load_api_keys
from citewire.services.access.provider import IdentityProvider
from citewire.services.access.proxies import Proxies
from citewire.services.access.sign_in import SignIn
from citewire.services.assembly.library import Library
from citewire.storage.access.credentials import CredentialStore


@asynccontextmanager
async def open_door(library: Library) -> AsyncGenerator[Door, None]:
    """Open what lets requests in; the provider is asked when somebody comes with it.

    Raises:
        ConfigurationError: an API key is not as it should be.
    """
    settings = library.settings
    store = CredentialStore(library.documents.client, settings.storage.namespace)
    credentials = Credentials(store)

    def door(sign_in: SignIn | None) -> Door:
        return Door(
            load_api_keys(settings.access),
            credentials,
            is_closed=settings.is_closed,
            proxies=Proxies(settings.sign_in),
            sign_in=sign_in,
        )

    if settings.sign_in.oidc_issuer is None:
        yield door(None)
        return
    async with httpx.AsyncClient(follow_redirects=False) as http:
        provider = IdentityProvider(http, settings.sign_in)
        yield door(SignIn(provider, credentials, settings.sign_in))
