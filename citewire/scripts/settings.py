"""`citewire settings`: the current values and where they come from, or what can be set at all."""

import re
import sys
from collections.abc import Iterator
from textwrap import fill
from typing import Literal, get_args

from annotated_types import Ge, Gt, Le
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from citewire.scripts.plain_text import harmless, harmless_name
from citewire.settings import Settings, env_name
from citewire.settings.field import OFF, About, SettingsGroup
from citewire.settings.reading import read_given
from citewire.settings.settings import FIELDS, groups

Format = Literal["text", "env", "markdown"]

WIDTH = 100
MASK = "********"
_PASSWORD = re.compile(r"(?<=://)[^/@\s]*(?=@)")

HOW = (
    "Settings are read from the environment and from a file `.env` in the folder where the command "
    "runs. The environment wins; an empty value counts as unset.",
    "The word `off` switches off whatever can be off, numbers too (where 0 is allowed, it says the "
    "same). What is only on or off also understands true and false.",
    "An unknown CITEWIRE_ name is an error.",
)


def print_settings(format: Format) -> int:
    """Print the values in use (`text`), `.env.example` (`env`) or the table of the docs."""
    # Not `print`, which would end `.env.example` with one line too many.
    made = {"text": current_values, "env": env_example, "markdown": markdown_tables}[format]()
    sys.stdout.write(harmless(made))
    return 0


def current_values() -> str:
    """Each setting with its value and where that comes from; secrets are masked.

    Raises:
        ConfigurationError: they cannot be read.
    """
    given = read_given()
    settings = Settings.build({name: value.value for name, value in given.items()})
    lines = []
    for name, value in settings.flat().items():
        origin = given[name].origin if name in given else "default"
        lines.append((f"{env_name(name)}={_masked(name, value)}", origin))
    width = max(len(line) for line, _ in lines if len(line) <= WIDTH)
    return "".join(f"{line.ljust(width)}  # {origin}\n" for line, origin in lines)


def env_example() -> str:
    """`.env.example`: all settings with their defaults."""
    head = ("All settings with their defaults; copy to .env and uncomment what you change.", *HOW)
    parts = [
        _comment(" ".join(head)) + "# Made by `citewire settings --format env > .env.example`.\n"
    ]
    for group in groups().values():
        heading = f"# --- {_title(group)} "
        parts.append(f"\n{heading.ljust(WIDTH, '-')}\n")
        for name, field in group.model_fields.items():
            said = [_says(field), *(f"[{values}]" for values in _values(field))]
            said += [f"{unset[0].upper()}{unset[1:]}." for unset in _unset(field)]
            parts.append(_comment(" ".join(said)))
            shown = About.of(field).example or _default(field)
            parts.append(f"# {env_name(name)}={shown}\n")
    return "".join(parts)


def markdown_tables() -> str:
    """`docs/settings.md`: a table for each group."""
    how = "\n".join(_filled(line, "- ", "  ") for line in HOW)
    parts = [
        "# Settings\n\n"
        "`citewire settings` prints the values in use and where each comes from;\n"
        "[.env.example](../.env.example) is a file to start from. This page is made by\n"
        f"`citewire settings --format markdown > docs/settings.md`.\n\n{how}\n"
    ]
    for group in groups().values():
        parts.append(f"\n## {_title(group)}\n\n")
        parts.append("| variable | what it is | values | default |\n|---|---|---|---|\n")
        for name, field in group.model_fields.items():
            default = _default(field)
            shown = f"`{default}`" if default else "".join(_unset(field))
            cells = (f"`{env_name(name)}`", _says(field), "".join(_values(field)), shown)
            parts.append("| " + " | ".join(cells) + " |\n")
    return "".join(parts)


def _title(group: type[SettingsGroup]) -> str:
    return (group.__doc__ or "").strip().removesuffix(".")


def _says(field: FieldInfo) -> str:
    return field.description or ""


def _values(field: FieldInfo) -> Iterator[str]:
    """What it may be; nothing where all may be said that fits the type."""
    if field.annotation is bool:
        yield "on or off"
        return
    about = About.of(field)
    choices = [str(choice) for choice in get_args(field.annotation) if isinstance(choice, str)]
    if about.unit is not None or _limits(field):
        choices.append(" ".join(filter(None, (about.unit, *_limits(field)))))
    if about.off:
        choices = [*(choices or ["text"]), OFF]
    if choices:
        *first, last = choices
        yield f"{', '.join(first)} or {last}" if first else last


def _limits(field: FieldInfo) -> list[str]:
    least = [f"from {_number(limit.ge)} on" for limit in field.metadata if isinstance(limit, Ge)]
    over = [f"over {_number(limit.gt)}" for limit in field.metadata if isinstance(limit, Gt)]
    most = [f"to {_number(limit.le)}" for limit in field.metadata if isinstance(limit, Le)]
    if least and most:
        least = [least[0].removesuffix(" on")]
    return [*least, *over, *most]


def _unset(field: FieldInfo) -> Iterator[str]:
    unset = About.of(field).unset
    if unset is not None:
        yield f"unset: {unset}"


def _default(field: FieldInfo) -> str:
    """The default as it would be written; empty where being unset has a meaning of its own."""
    if About.of(field).unset is not None:
        return ""
    return _written(field, field.default)


def _written(field: FieldInfo, value: object) -> str:
    if value in About.of(field).off:
        return OFF
    if isinstance(value, bool):
        return "on" if value else OFF
    return "" if value is None else _number(value)


def _number(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _masked(name: str, value: object) -> str:
    if isinstance(value, SecretStr):
        return MASK
    return harmless_name(_PASSWORD.sub(MASK, _written(FIELDS[name], value)))


def _comment(text: str) -> str:
    return _filled(text, "# ", "# ") + "\n"


def _filled(text: str, first: str, further: str) -> str:
    return fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=further,
        break_long_words=False,
        break_on_hyphens=False,
    )
