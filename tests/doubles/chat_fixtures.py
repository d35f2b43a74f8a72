"""`citewire chat` as tests run it: between pipes, or at a terminal."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.doubles.pty_client import Person, at_terminal
from tests.doubles.server_fixtures import MAIN, environment

WITHIN_S = 50.0
Piped = Callable[..., "subprocess.CompletedProcess[str]"]
Typed = Callable[..., AbstractContextManager[Person]]


@pytest.fixture
def piped(tmp_path: Path) -> Piped:
    """Runs `citewire chat` between pipes, with the arguments, standard input and settings given."""

    def run(
        *arguments: str, said: str = "", **settings: object
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-c", MAIN, "chat", *arguments],
            input=said,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=environment({"data_dir": tmp_path / "data", **settings}),
            cwd=tmp_path,
            timeout=WITHIN_S,
            check=False,
        )

    return run


@pytest.fixture
def typed(tmp_path: Path) -> Typed:
    """Runs `citewire chat` at a terminal, with the arguments, environment and settings given."""

    def run(
        *arguments: str, env: dict[str, str] | None = None, **settings: object
    ) -> AbstractContextManager[Person]:
        wanted = environment({"data_dir": tmp_path / "data", **settings})
        return at_terminal(MAIN, ["chat", *arguments], {**wanted, **(env or {})}, tmp_path)

    return run
