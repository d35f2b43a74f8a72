"""What the docs say of the code in lists is made from the code: the marked blocks, and their text.

`make docs` writes them.
"""

import dataclasses
import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

from citewire.api.errors import STATUSES
from citewire.api.wire_schema import wire_schema
from citewire.errors import CitewireError
from citewire.services.answers.events import Ids
from citewire.services.reading.formats import FORMATS
from citewire.services.telemetry.metrics import described
from citewire.tracing.names import ATTRIBUTES, EVENTS, SPANS

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
BLOCK = re.compile(r"(<!-- generated: ([\w -]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
Schema = dict[str, Any]


def block(name: str) -> str:
    """The text of a block; `types A B` is a table of these types of the wire.

    Raises:
        KeyError: there is no such block.
        ValueError: the wire has no such type.
    """
    kind, *names = name.split()
    if kind == "types":
        types = wire_schema()["$defs"]
        if unknown := [name for name in names if name not in types]:
            raise ValueError(f"a page shows types that the wire does not have: {unknown}")
        return _types("Type", {name: types[name] for name in names})
    made = {
        **{"formats": _formats, "errors": _errors, "events": _events},
        **{"metrics": _metrics, "traces": _traces},
    }
    return made[name]()


def names_on(page: str) -> set[str]:
    """The blocks that stand on a page, and the types in them."""
    found = [name.split() for _, name, *_ in BLOCK.findall(page)]
    return {word for kind, *names in found for word in names or (kind,)}


def filled(page: str) -> str:
    """`page` with its blocks as they should be."""
    return BLOCK.sub(lambda found: f"{found[1]}{block(found[2])}{found[4]}", page)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _formats() -> str:
    rows = (
        (
            row.label,
            " ".join(f"`{suffix}`" for suffix in row.media_types),
            " ".join(f"`{kind}`" for kind in dict.fromkeys(row.media_types.values())),
        )
        for row in FORMATS
    )
    return table(("Format", "Endings", "Media type"), rows)


def _errors() -> str:
    kinds = {kind.code: kind for kind in reversed(list(_family(CitewireError)))}
    rows = sorted((STATUSES.get(code, HTTPStatus.INTERNAL_SERVER_ERROR), code) for code in kinds)
    return table(
        ("Code", "HTTP", "Try again", "Means"),
        (
            (
                f"`{code}`",
                f"{status}",
                "yes" if kinds[code].retryable else "no",
                _means(kinds[code]),
            )
            for status, code in rows
        ),
    )


def _metrics() -> str:
    return table(
        ("Metric", "Kind", "Labels", "Counts"),
        (
            (f"`{one.name}`", one.kind, ", ".join(f"`{label}`" for label in one.labels), one.says)
            for one in described()
        ),
    )


def _family(kind: type[CitewireError]) -> Iterator[type[CitewireError]]:
    """`kind` and what is made of it, the general before the special."""
    yield kind
    for special in kind.__subclasses__():
        yield from _family(special)


def _means(kind: type[CitewireError]) -> str:
    if kind is CitewireError:
        return "Something went wrong on the server; its log says what."
    return _first_paragraph(kind.__doc__ or "")


def _first_paragraph(text: str) -> str:
    return text.partition("\n\n")[0].replace("\n", " ")


def _events() -> str:
    schema = wire_schema()
    events = schema["properties"]["events"]["properties"]
    return _types("Event", {name: schema["$defs"][_target(kind)] for name, kind in events.items()})


def _traces() -> str:
    spans = ((_named(name), _under(above), says) for name, (above, says) in SPANS.items())
    facts = ((_named(name), says) for name, says in ATTRIBUTES.items())
    events = ((_named(name), says) for name, says in EVENTS.items())
    return "\n".join(
        (
            table(("Span", "Under", "Of"), spans),
            table(("Attribute", "Says"), facts),
            table(("Event", "Says"), events),
        )
    )


def _named(name: str) -> str:
    """A name as code, with `…` where it goes on."""
    return f"`{name}…`" if name.endswith((" ", ".")) else f"`{name}`"


def _under(above: str) -> str:
    return _named(above) if above in SPANS else above


def _types(what: str, types: dict[str, Schema]) -> str:
    return table(
        (what, "Says", "Fields"),
        (
            (
                f"`{name}`",
                _first_paragraph(kind["description"]),
                _fields(kind["properties"]),
            )
            for name, kind in types.items()
        ),
    )


def _fields(fields: dict[str, Schema]) -> str:
    """The fields with their types; what names a run and its messages is told in one word."""
    ids = {field.name for field in dataclasses.fields(Ids)}
    has_ids = ids <= fields.keys()
    told = [
        f"`{name}`{_kind(field)}" for name, field in fields.items() if not (has_ids and name in ids)
    ]
    return ", ".join([*told, "ids"] if has_ids else told)


def _kind(field: Schema) -> str:
    """The type of a field in words; of a plain string, which most are, none."""
    words = _words(field)
    return "" if words == "string" else f" ({words})"


def _words(field: Schema) -> str:
    match field:
        case {"$ref": _}:
            words = _target(field)
        case {"anyOf": choices}:
            words = " or ".join(_words(choice) for choice in choices)
        case {"enum": values}:
            words = ", ".join(f"`{value}`" for value in values)
        case {"prefixItems": items}:
            words = f"[{', '.join(_words(item) for item in items)}]"
        case {"type": "array", "items": item}:
            named = re.sub(r"^string\b", "strings", _words(item))
            words = f"list of{_limits(field, 'Items')} {named}"
        case {"type": "object", "additionalProperties": {"type": kind}}:
            words = f"object of {kind}s"
        case {"type": "string"}:
            limits = _limits(field, "Length")
            words = f"string of{limits} characters" if limits else "string"
        case {"type": kind}:
            words = str(kind)
        case _:
            raise AssertionError(f"a type without words: {field}")
    return words


def _target(field: Schema) -> str:
    return str(field["$ref"].rpartition("/")[2])


def _limits(field: Schema, what: str) -> str:
    least, most = field.get(f"min{what}"), field.get(f"max{what}")
    if most is None:
        return ""
    return f" {least} to {most:,}" if least else f" up to {most:,}"


if __name__ == "__main__":
    for path in PAGES:
        path.write_text(filled(path.read_text("utf-8")), "utf-8")
