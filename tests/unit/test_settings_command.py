"""`citewire settings`: the values in use, and the files that are made from the settings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from citewire.scripts.settings import current_values, env_example, markdown_tables
from citewire.settings import env_name, load_settings
from citewire.settings.field import About
from citewire.settings.settings import FIELDS, GROUP_OF

ROOT = Path(__file__).parents[2]
PLAIN_NUMBERS = {"temperature", "port"}
"""What is a number of nothing."""


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in GROUP_OF:
        monkeypatch.delenv(env_name(name), raising=False)


@pytest.mark.parametrize(
    ("path", "format", "made"),
    [(".env.example", "env", env_example), ("docs/settings.md", "markdown", markdown_tables)],
)
def test_the_files_made_from_the_settings_are_current(path: str, format: str, made: object) -> None:
    assert callable(made)

    assert (ROOT / path).read_text("utf-8") == made(), (
        f"{path} is not current: run `python -m citewire settings --format {format} > {path}`"
    )


@pytest.mark.parametrize(("name", "field"), FIELDS.items(), ids=list(FIELDS))
def test_a_setting_says_what_it_is(name: str, field: FieldInfo) -> None:
    about = About.of(field)
    is_number = any(kind in str(field.annotation) for kind in ("int", "float"))

    assert (field.description or "").endswith(".")
    assert (about.unit is not None) == (is_number and name not in PLAIN_NUMBERS)
    if field.default is None:
        assert about.off == (None,) or about.unset is not None


def test_the_example_with_every_line_uncommented_is_read(tmp_path: Path) -> None:
    lines = env_example().splitlines()
    given = [line.removeprefix("# ") for line in lines if "=" in line and " " not in line[2:]]
    (tmp_path / ".env").write_text("\n".join(given), "utf-8")

    settings = load_settings()

    assert len(given) == len(GROUP_OF)
    assert settings.access.api_keys is not None
    assert settings.chats.chat_ttl_days is None


def test_each_value_is_printed_with_where_it_comes_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("CITEWIRE_PORT=8123\nCITEWIRE_HOST=::1\n", "utf-8")
    monkeypatch.setenv("CITEWIRE_PORT", "8124")
    monkeypatch.setenv("CITEWIRE_CHAT_TTL_DAYS", "off")

    printed = {tuple(line.split()) for line in current_values().splitlines()}

    assert {
        ("CITEWIRE_PORT=8124", "#", "environment"),
        ("CITEWIRE_HOST=::1", "#", ".env"),
        ("CITEWIRE_MAX_RUNS=256", "#", "default"),
        ("CITEWIRE_CHAT_TTL_DAYS=off", "#", "environment"),
    } <= printed


def test_secrets_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "CITEWIRE_REDIS_URL", "CITEWIRE_API_KEYS", "CITEWIRE_API_KEY"):
        monkeypatch.setenv(name, "redis://me:hush@host")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://me:hush@host/v1")

    printed = current_values()

    assert "hush" not in printed
    assert "OPENAI_BASE_URL=https://********@host/v1 " in printed


def test_the_command_prints_them(tmp_path: Path) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CITEWIRE_", "OPENAI_"))}
    done = subprocess.run(
        [sys.executable, "-m", "citewire", "settings"],
        env={**kept, "CITEWIRE_PORT": "8123"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert len(done.stdout.splitlines()) == len(GROUP_OF)
    assert "CITEWIRE_PORT=8123 " in done.stdout
