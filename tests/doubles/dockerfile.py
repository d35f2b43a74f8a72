"""A Dockerfile's stages and steps, for tests and for running them without an engine."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Stage:
    """A stage: what it begins from, and its steps as (word, argument)."""

    name: str
    base: str
    steps: list[tuple[str, str]] = field(default_factory=list)


def read_dockerfile(path: Path) -> list[Stage]:
    """The stages of a Dockerfile without here-documents; ARGs before them are filled in."""
    text = re.sub(r"(?m)^\s*#.*\n", "", path.read_text("utf-8")).replace("\\\n", " ")
    given: dict[str, str] = {}
    stages: list[Stage] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        word, argument = line.split(None, 1)
        if word == "ARG" and not stages:
            name, value = argument.split("=", 1)
            given[name] = value
        elif word == "FROM":
            base, name = re.fullmatch(r"(\S+) AS (\S+)", argument).groups()  # type: ignore[union-attr]
            base = re.sub(r"\$\{(\w+)\}", lambda found: given[found[1]], base)
            stages.append(Stage(name, base))
        else:
            stages[-1].steps.append((word, re.sub(r"\s+", " ", argument)))
    return stages


def copied(stages: Iterable[Stage]) -> Iterator[str]:
    """What is copied from the folder of the Dockerfile, by its paths there."""
    for stage in stages:
        for word, argument in stage.steps:
            if word == "COPY" and not argument.startswith("--from"):
                yield from argument.split()[:-1]


def words_of(argument: str) -> list[str]:
    """The words of a step in the form of a JSON list."""
    words: list[str] = json.loads(argument)
    return words
