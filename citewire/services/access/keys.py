"""API keys: who may ask, and whose data each key opens. Only hashes are kept in memory."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

from citewire.errors import ConfigurationError
from citewire.services.access.caller import Caller, Scope
from citewire.settings.groups import AccessSettings
from citewire.storage.keys import DEFAULT_OWNER

OWNER = r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}"
"""What an owner can be called, as a regular expression."""
_OWNER = re.compile(OWNER)
_KEY = re.compile(r"[!-+\--9;-~]+")
"""What can be sent in a header and be told from its neighbours: visible ASCII but `,` and `:`."""
_HASH = re.compile(r"[0-9a-fA-F]{64}")

KEY_BYTES = 32
"""Of randomness in a fresh key: so long that a plain hash of it tells nothing."""

ID_DIGITS = 12
"""So many hexadecimal digits of a key's hash name it."""

USUAL: frozenset[Scope] = frozenset({Scope.ASK, Scope.READ, Scope.WRITE})
"""What a key may do if nothing else is said."""

Entry = tuple[str, str]
"""An owner and the SHA-256 of the key, hexadecimal."""


class ApiKeys:
    """The keys of a server.

    Args:
        entries: owners with the hashes of their keys; empty: keys are off, all is one owner's.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = [
            (
                Caller(owner, scopes=USUAL, credential=f"file:{digest[:ID_DIGITS]}"),
                bytes.fromhex(digest),
            )
            for owner, digest in entries
        ]

    @property
    def owners(self) -> list[str]:
        """Whose data can be asked for, each once."""
        return list(dict.fromkeys(caller.owner for caller, _ in self._entries)) or [DEFAULT_OWNER]

    def caller_of(self, key: bytes) -> Caller | None:
        """Who has a key; None: it is not one of these."""
        given, found = hashlib.sha256(key).digest(), None
        # All of them, whatever was found: the time tells nothing of which keys there are.
        for caller, digest in self._entries:
            if hmac.compare_digest(given, digest):
                found = caller
        return found


def load_api_keys(access: AccessSettings) -> ApiKeys:
    """The keys of the settings and of the file that they name.

    Raises:
        ConfigurationError: a key or an owner is not as it should be; the message says which,
            and never the key.
    """
    entries: list[Entry] = []
    if access.api_keys is not None:
        entries += _from_setting(access.api_keys.get_secret_value())
    if access.api_keys_file is not None:
        entries += _from_file(access.api_keys_file)
        if not entries:
            # Whoever names a file wants keys: without one, all would be open.
            raise ConfigurationError(
                f"CITEWIRE_API_KEYS_FILE: {access.api_keys_file} holds no key; "
                "add the line that `citewire key NAME` prints, or unset it"
            )
    _refuse_doubled(entries)
    return ApiKeys(entries)


def new_key() -> str:
    """A fresh random key."""
    return secrets.token_urlsafe(KEY_BYTES)


def key_line(owner: str, key: str) -> str:
    """The line of the file of keys for an owner's key."""
    return f"{owner}:{_hashed(key)}"


def checked_owner(name: str, where: str) -> str:
    """`name`, if it can be an owner's.

    Raises:
        ConfigurationError: it cannot; the message begins with `where` it was given.
    """
    if not _OWNER.fullmatch(name):
        raise ConfigurationError(
            f"{where}: {name!r} cannot be an owner; letters, digits and . _ @ - can, up to 64"
        )
    return name


def _refuse_doubled(entries: Iterable[Entry]) -> None:
    """An owner may have several keys, while one is replaced; a key has one owner, and one place."""
    owners: dict[str, str] = {}
    for owner, digest in entries:
        first = owners.get(digest)
        owners[digest] = owner
        if first == owner:
            raise ConfigurationError(f"CITEWIRE_API_KEYS: a key of {owner} is there twice")
        if first is not None:
            raise ConfigurationError(
                f"CITEWIRE_API_KEYS: a key of {owner} is another's, too; "
                "make one for each with `citewire key NAME`"
            )


def _from_setting(text: str) -> Iterator[Entry]:
    where = "CITEWIRE_API_KEYS"
    for number, part in enumerate(text.split(","), 1):
        owner, colon, key = part.strip().partition(":")
        if not colon:
            # It may be a key: it is not shown.
            raise ConfigurationError(f"{where}: entry {number} is not of the form owner:key")
        checked_owner(owner, where)
        if not key:
            raise ConfigurationError(f"{where}: the key of {owner} is empty")
        if not _KEY.fullmatch(key):
            raise ConfigurationError(
                f"{where}: the key of {owner} has a colon, a space or a character that is not "
                "ASCII; make one with `citewire key NAME`"
            )
        yield owner, _hashed(key)


def _from_file(path: Path) -> Iterator[Entry]:
    try:
        lines = path.expanduser().read_text("utf-8").splitlines()
    except OSError as error:
        raise ConfigurationError(f"CITEWIRE_API_KEYS_FILE: {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"CITEWIRE_API_KEYS_FILE: {path} is not UTF-8") from error
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        where = f"CITEWIRE_API_KEYS_FILE: line {number}"
        owner, _, digest = text.partition(":")
        checked_owner(owner, where)
        if not _HASH.fullmatch(digest):
            raise ConfigurationError(
                f"{where} is not of the form owner:hash, the hash being the SHA-256 of the key in "
                "64 hexadecimal digits; `citewire key NAME` prints such a line"
            )
        yield owner, digest.lower()


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
