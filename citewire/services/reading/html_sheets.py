"""What the style sheets within an HTML page switch off or cross out, by simple selectors.

Read are selectors of one element (`p`, `.note`, `#top`, `p.note.old`) and lists of them, for all
media and for screens; what depends on a state or the size of a window is passed over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

MOST_SHEETS = 1_000_000
"""Characters of all sheets of a page that are read."""

MOST_RULES = 5_000
MOST_OF_NAME = 16
"""So many selectors that begin with one name are kept, so many classes of an element asked for."""

_QUOTED = re.compile(r"\"[^\"\n]*+\"|'[^'\n]*+'")
_PIECE = re.compile(r"([^{};]*+)([{};]|$)")
_SELECTOR = re.compile(r"(\*|[a-z][\w-]{0,80})?((?:[.#][\w-]{1,200}){0,8})", re.IGNORECASE)
_NAME = re.compile(r"[.#][\w-]+")
_MEDIA = re.compile(r"@media\s{1,9}(?:only\s{1,9})?(?:screen|all)\s{0,9}", re.IGNORECASE)
_PROPERTIES = frozenset("display visibility text-decoration text-decoration-line".split())
_ALWAYS = frozenset("html head body".split())
"""A whole page may be faded in by its script."""

Value = tuple[bool, int, int, str]
"""Whether it is important, how special its selector is, its place among all, and what it says."""


@dataclass(slots=True)
class _Rules:
    """What is said of elements, by the name that their selector begins with."""

    by_name: dict[str, dict[frozenset[str], dict[str, Value]]] = field(default_factory=dict)
    count: int = 0

    def add(self, selector: str, said: dict[str, tuple[bool, str]]) -> None:
        """Keep what a selector's elements are said to be."""
        # Of nested elements only what shows them matters: they are not looked for.
        *around, last = re.split(r"[\s>+~]+", selector) or [""]
        if around:
            said = {name: value for name, value in said.items() if value[1] not in _SWITCHED_OFF}
        found = _SELECTOR.fullmatch(last)
        if not last or found is None or not said or self.count >= MOST_RULES:
            return
        names = _NAME.findall(found[2])
        tag = (found[1] or "").lower().replace("*", "")
        parts = frozenset([*names, *([tag] if tag else [])])
        if not parts:
            return
        own = self.by_name.setdefault(min(names, key=lambda n: n[0] == ".", default=tag), {})
        if parts not in own and len(own) >= MOST_OF_NAME:
            return
        self.count += 1
        special = sum(100 if name[0] == "#" else 10 for name in names) + bool(tag)
        special += 1_000 if around else 0
        values = own.setdefault(parts, {})
        for name, (important, value) in said.items():
            new = (important, special, self.count, value)
            values[name] = max(values.get(name, new), new)

    def of(self, element: Any) -> dict[str, str]:
        """What is said of an element."""
        classes = (element.get("class") or "")[:2000].split()[:MOST_OF_NAME]
        names = [element.tag, *(f".{name}" for name in classes)]
        if element.get("id"):
            names.append(f"#{element.get('id')}")
        own = frozenset(names)
        best: dict[str, Value] = {}
        for name in own:
            for parts, values in self.by_name.get(name, {}).items():
                if parts <= own:
                    for key, value in values.items():
                        best[key] = max(best.get(key, value), value)
        return {key: value[3] for key, value in best.items()}


_SWITCHED_OFF = frozenset("none hidden collapse line-through".split())


def apply_sheets(root: Any) -> None:
    """Write into the elements below `root` what style sheets switch off or cross out."""
    rules = _Rules()
    left = MOST_SHEETS
    for sheet in root.iter("style"):
        media = (sheet.get("media") or "all").strip().lower()
        around = islice(sheet.iterancestors(), 8)
        if media in ("all", "screen") and all(one.tag != "noscript" for one in around):
            text = (sheet.text or "")[:left]
            left -= len(text)
            for selectors, said in _rules_in(text):
                for selector in selectors.split(","):
                    rules.add(selector.strip(), said)
    if not rules.count:
        return
    for element in root.iter("*"):
        if element.tag in _ALWAYS:
            continue
        own = element.get("style") or ""
        told = [
            f"{name}:{value}"
            for name, value in rules.of(element).items()
            if value in _SWITCHED_OFF and name not in own.lower()
        ]
        if told:
            element.set("style", ";".join([*told, own]))


def _rules_in(sheet: str) -> Iterator[tuple[str, dict[str, tuple[bool, str]]]]:
    """Selectors and what is said of their elements, in a sheet."""
    text = _QUOTED.sub('""', _uncommented(sheet)).replace("}", ";}")
    opened: list[str] = []
    said: dict[str, tuple[bool, str]] = {}
    for piece in _PIECE.finditer(text):
        what = " ".join(piece[1].split())
        if piece[2] == "{":
            opened.append(what)
            said = {}
        elif piece[2] == ";":
            name, _, value = what.lower().partition(":")
            if name.strip() in _PROPERTIES:
                plain = value.replace("!important", "").replace("! important", "").strip()
                plain = "line-through" if "line-through" in plain else plain
                said[name.strip()] = ("important" in value, plain)
        elif piece[2] == "}" and opened:
            selectors = opened.pop()
            # A list in brackets is not one of selectors.
            if (
                said
                and "(" not in selectors
                and len(opened) < 2
                and all(map(_MEDIA.fullmatch, opened))
            ):
                yield selectors, said
            said = {}


def _uncommented(text: str) -> str:
    parts, at = [], 0
    while (begin := text.find("/*", at)) >= 0:
        parts.append(text[at:begin])
        end = text.find("*/", begin + 2)
        if end < 0:
            return " ".join(parts)
        at = end + 2
    return " ".join([*parts, text[at:]])
