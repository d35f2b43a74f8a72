"""The types of `citewire.client` are made from the schema of the wire, as those of the web client.

`make docs` writes them.
"""

import re
from pathlib import Path
from typing import Any

from citewire.api.wire_schema import wire_schema

FILE = Path(__file__).parent.parent / "citewire" / "client" / "wire.py"
HEAD = '''"""What a server sends, as the client's types; made from the server's own by `make docs`.

What a newer server sends besides is kept, and words that this version does not know are let
through: a type says `str` where a word is one of several.
"""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field


class FromServer(BaseModel):
    """Something that a server sent."""

    model_config = ConfigDict(extra="allow", frozen=True)


class StreamEvent(FromServer):
    """An event of an answer; `name` is what it is called on the wire."""

    name: ClassVar[str]
'''
TAIL = '''

EVENTS: dict[str, type[StreamEvent]] = {
    event.name: event
    for event in (%s)
}
"""The type of each event, by its name."""
'''
WANTED = (
    "ChatList",
    "ChatView",
    "CollectionList",
    "CreatedJob",
    "DeletedChat",
    "DocumentList",
    "FoundSources",
    "HighlightsView",
    "JobList",
    "JobView",
    "PassageStates",
    "PassageView",
    "ProblemView",
)
"""The resources that the client reads; what they are made of comes along."""
Schema = dict[str, Any]


def client_types() -> str:
    """The module's text, as `ruff format` leaves it."""
    schema = wire_schema()
    types: dict[str, Schema] = schema["$defs"]
    events = {
        found["$ref"].rpartition("/")[2]: name
        for name, found in schema["properties"]["events"]["properties"].items()
    }
    ordered: dict[str, None] = {}
    for name in (*events, *WANTED):
        _with_parts(name, types, ordered)
    classes = [_class(name, types[name], events.get(name)) for name in ordered]
    listed = "".join(f"{name}, " for name in events).rstrip()
    return HEAD + "".join(classes) + TAIL % f"\n        {_lines(listed)}\n    "


def _lines(listed: str) -> str:
    return listed.replace(", ", ",\n        ")


def _with_parts(name: str, types: dict[str, Schema], ordered: dict[str, None]) -> None:
    """Add a type after those that it is made of."""
    if name in ordered:
        return
    for part in re.findall(r"'#/\$defs/(\w+)'", str(types[name])):
        _with_parts(part, types, ordered)
    ordered[name] = None


def _class(name: str, schema: Schema, event: str | None) -> str:
    base = "StreamEvent" if event else "FromServer"
    lines = [f"class {name}({base}):", *_docstring(schema["description"]), ""]
    if event:
        lines += [f'    name: ClassVar[str] = "{event}"']
    lines += [f"    {field}: {_type(kind)}{_default(kind)}" for field, kind in _ordered(schema)]
    return "\n\n" + "\n".join(lines) + "\n"


def _ordered(schema: Schema) -> list[tuple[str, Schema]]:
    return list(schema["properties"].items())


def _default(schema: Schema) -> str:
    """What stands where an older server does not send a field."""
    if "default" not in schema:
        return ""
    default = schema["default"]
    if isinstance(default, list):
        return " = Field(default_factory=list)"
    return f' = "{default}"' if isinstance(default, str) else f" = {default}"


def _docstring(text: str) -> list[str]:
    first, *more = text.split("\n")
    if not more:
        return [f'    """{first}"""']
    return [f'    """{first}', *(f"    {line}".rstrip() for line in more), '    """']


SIMPLE = {
    **{"string": "str", "integer": "int", "number": "float"},
    **{"boolean": "bool", "null": "None"},
}


def _type(schema: Schema) -> str:
    found = "Any"
    match schema:
        case {"$ref": ref}:
            found = str(ref).rpartition("/")[2]
        case {"anyOf": kinds}:
            found = " | ".join(map(_type, kinds))
        case {"type": "array", "prefixItems": kinds}:
            found = f"tuple[{', '.join(map(_type, kinds))}]"
        case {"type": "array"}:
            found = f"list[{_type(schema.get('items', {}))}]"
        case {"type": "object", "additionalProperties": dict(kind)}:
            found = f"dict[str, {_type(kind)}]"
        case {"type": "object"}:
            found = "dict[str, Any]"
        case {"type": kind}:
            found = SIMPLE[kind]
        case {"enum": _} | {"const": _}:
            found = "str"
    return found


if __name__ == "__main__":
    FILE.write_text(client_types(), "utf-8")
