"""The house: one class name for one thing, every module in a room, no circle of imports."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "citewire"
OUTSIDE = {
    "services": {"chat"},
    "storage": {"jobs", "keys"},
}
"""The modules that stand outside a room."""
TWINS = {"citewire.client.wire"}
"""What is made of the server's types, for whoever has only what it sends."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        yield name, ast.parse(path.read_text("utf-8"))


def imported(tree: ast.Module, names: set[str]) -> Iterator[str]:
    """The modules of ours that a module needs when it is loaded: not those within functions."""
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.module in names:
            for alias in statement.names:
                whole = f"{statement.module}.{alias.name}"
                yield whole if whole in names else statement.module


def test_a_class_name_stands_for_one_thing() -> None:
    places = defaultdict(list)
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and name not in TWINS:
                places[node.name].append(f"{name}:{node.lineno}")

    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_every_module_of_services_and_storage_has_a_room() -> None:
    for layer, outside in OUTSIDE.items():
        found = {path.stem for path in (PACKAGE / layer).glob("*.py")} - {"__init__"}

        assert found == outside


def test_no_module_needs_itself() -> None:
    trees = dict(modules())
    graph = {name: set(imported(tree, set(trees))) - {name} for name, tree in trees.items()}

    TopologicalSorter(graph).prepare()  # a CycleError names the circle
