"""People who sign in: from what a provider or a proxy says of them to an owner with groups."""

import hashlib
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from citewire.errors import SignInRefused
from citewire.services.access.caller import Scope
from citewire.services.access.keys import OWNER, USUAL
from citewire.settings.sign_in import SignInSettings
from citewire.storage.keys import DEFAULT_OWNER

logger = logging.getLogger(__name__)

MOST_GROUPS = 500
LONGEST_NAME = 200
_OWNER = re.compile(OWNER)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed in; `name` is to be shown, and means nothing."""

    owner: str
    groups: frozenset[str]
    name: str

    def scopes(self, admin_group: str | None) -> frozenset[Scope]:
        """What this person may do."""
        return USUAL | {Scope.ADMIN} if admin_group in self.groups else USUAL


def person_of_claims(claims: Mapping[str, Any], settings: SignInSettings) -> Person:
    """Who a checked token is about.

    Raises:
        SignInRefused: it does not say so, or the provider does not vouch for it.
    """
    claim = settings.oidc_owner_claim
    said = claims.get(claim)
    if not isinstance(said, str) or not said:
        raise SignInRefused(f"the provider's token has no claim {claim}")
    if claim == "email" and claims.get("email_verified") in (False, "false"):
        raise SignInRefused("the provider has not verified the e-mail address")
    shown = (claims.get(one) for one in ("name", "preferred_username", "email", claim))
    name = next((one for one in shown if isinstance(one, str) and one), said)
    return Person(
        owner_called(said), _groups(claims.get(settings.oidc_groups_claim)), name[:LONGEST_NAME]
    )


def person_of_headers(user: str, groups: str) -> Person:
    """Who a proxy says that asks; groups have commas between."""
    return Person(owner_called(user), _groups(groups.split(",")), user[:LONGEST_NAME])


def owner_called(said: str) -> str:
    """The owner for what others call a person: the same, or, if none can be called so, a hash.

    Nobody signs in as the owner of what an open server has.
    """
    if _OWNER.fullmatch(said) and said != DEFAULT_OWNER:
        return said
    return f"user-{hashlib.sha256(said.encode('utf-8', 'backslashreplace')).hexdigest()[:32]}"


def _groups(said: object) -> frozenset[str]:
    """The groups that were told, as a list or as one text."""
    if isinstance(said, str):
        said = said.split()
    if not isinstance(said, Iterable) or isinstance(said, Mapping):
        return frozenset()
    names = {one.strip() for one in said if isinstance(one, str)}
    kept = sorted(one for one in names if 0 < len(one) <= LONGEST_NAME)
    if len(kept) > MOST_GROUPS:
        logger.warning("somebody is in %d groups: only %d count", len(kept), MOST_GROUPS)
    return frozenset(kept[:MOST_GROUPS])
