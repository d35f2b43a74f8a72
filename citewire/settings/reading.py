"""Reading the settings, once, from the environment and `.env`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from citewire.errors import ConfigurationError
from citewire.settings.settings import GROUP_OF, PREFIX, Settings, env_name

ENV_FILE = ".env"
CLOSING = ("api_keys", "api_keys_file", "require_key", "oidc_issuer", "proxy_addresses")
"""What closes a server: what got lost on the way must not open it."""


@dataclass(frozen=True, slots=True)
class Given:
    """A value as somebody wrote it, and where."""

    value: str
    origin: Literal["environment", ".env"]


def load_settings(**overrides: object) -> Settings:
    """Read the settings from the environment and `.env`, with `overrides` on top.

    Raises:
        ConfigurationError: a name is unknown, a value is not valid or two contradict each other.
    """
    given = {name: given.value for name, given in read_given().items()}
    return Settings.build({**given, **overrides})


def adopt(prefix: str) -> None:
    """Put what `.env` says of names that begin so into the environment, where libraries look.

    What the environment says already stays.

    Raises:
        ConfigurationError: `.env` cannot be read.
    """
    for name, value in _read_env_file().items():
        if name.startswith(prefix):
            os.environ.setdefault(name, value)


def read_given() -> dict[str, Given]:
    """What the environment and `.env` say, by the settings' names; the environment wins.

    An empty value counts as unset, but keys that got lost on the way must not open a server.

    Raises:
        ConfigurationError: a name is unknown, or keys are empty.
    """
    written = [(name, Given(value, ".env")) for name, value in _read_env_file().items()]
    written += [(name, Given(value, "environment")) for name, value in os.environ.items()]
    known = {env_name(name): name for name in GROUP_OF}
    given: dict[str, Given] = {}
    unknown = set()
    lost = set()
    for variable, value in written:
        name = known.get(variable.upper())
        if name is None and variable.upper().startswith(PREFIX):
            unknown.add(variable)
        elif name is not None and value.value.strip():
            given[name] = value
            lost.discard(name)
        elif name in CLOSING:
            lost.add(name)
    if unknown:
        raise ConfigurationError(f"unknown setting {_with_guesses(sorted(unknown), known)}")
    for name in sorted(lost):
        raise ConfigurationError(
            f"{env_name(name)} is empty: unset it or set it to off if everybody may ask, "
            "or see `citewire key --help`"
        )
    return given


def _read_env_file() -> dict[str, str]:
    """What `.env` says, if there is one.

    Raises:
        ConfigurationError: it cannot be read, or a line of it is no setting: what was meant by it
            may be that others are kept out.
    """
    path = Path(ENV_FILE)
    if not path.is_file():
        return {}
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigurationError(f"{ENV_FILE} is not UTF-8: save it as that") from None
    except OSError as error:
        raise ConfigurationError(f"{ENV_FILE} cannot be read: {error.strerror}") from error
    for binding in parse_stream(StringIO(text)):
        if binding.error:
            line = binding.original.line
            raise ConfigurationError(
                f"{ENV_FILE}, line {line}: not NAME=value, or a quotation mark is not closed"
            )
    return {name: value or "" for name, value in dotenv_values(stream=StringIO(text)).items()}


def _with_guesses(unknown: list[str], known: Mapping[str, str]) -> str:
    said = []
    for variable in unknown:
        near = get_close_matches(variable.upper(), known, n=1, cutoff=0.8)
        said.append(f"{variable} (did you mean {near[0]}?)" if near else variable)
    return f"{', '.join(said)}; `citewire settings` lists the known ones"
