"""What members of collections are called, and their roles, as they are given."""

import re

from citewire.errors import ConfigurationError
from citewire.services.access.keys import OWNER
from citewire.storage.collections.store import GROUP, ROLES, Role

GROUP_NAME = r"[^\x00-\x1f\x7f]{1,200}"
"""What a group may be called, as a regular expression."""
MEMBER_NAME = rf"(?:{OWNER}|{GROUP}{GROUP_NAME})"
"""An owner, or a group with `group:` before its name, as a regular expression."""
_MEMBER = re.compile(MEMBER_NAME)
_GROUP = re.compile(GROUP_NAME)


def checked_member(name: str) -> str:
    """`name`, if a member can be called so.

    Raises:
        ConfigurationError: none can.
    """
    if not _MEMBER.fullmatch(name):
        raise ConfigurationError(f"{name!r} is no member: give an owner, or {GROUP}NAME")
    return name


def checked_group(name: str) -> str:
    """`name`, if a group can be called so.

    Raises:
        ConfigurationError: none can.
    """
    if not _GROUP.fullmatch(name):
        raise ConfigurationError(f"{name!r} is no name of a group")
    return name


def checked_role(name: str) -> Role:
    """`name`, if it is a role.

    Raises:
        ConfigurationError: it is none.
    """
    for role in ROLES:
        if role == name:
            return role
    raise ConfigurationError(f"{name!r} is no role: give {', '.join(ROLES)}, as in ann=reader")
