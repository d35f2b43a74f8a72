"""API keys: how they are given, what is refused at start, and that no time tells of them."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from pydantic import SecretStr

from citewire.api.access_schemas import ScopeName
from citewire.errors import ApiKeyRefused, ConfigurationError
from citewire.scripts.doctor import doctor
from citewire.services.access.caller import Scope
from citewire.services.access.credentials import Credentials
from citewire.services.access.door import Door
from citewire.services.access.keys import ApiKeys, key_line, load_api_keys, new_key
from citewire.services.access.proxies import Proxies
from citewire.settings import load_settings
from citewire.settings.groups import AccessSettings
from citewire.settings.sign_in import SignInSettings
from tests.doubles.server_fixtures import MAIN


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def keys(text: str) -> ApiKeys:
    return load_api_keys(AccessSettings(api_keys=SecretStr(text)))


def in_file(folder: Path, text: str) -> ApiKeys:
    path = folder / "keys"
    path.write_text(text, "utf-8")
    return load_api_keys(AccessSettings(api_keys_file=path))


def door(text: str | None) -> Door:
    given = load_api_keys(AccessSettings()) if text is None else keys(text)
    return Door(given, NobodyElse(), is_closed=text is not None, proxies=Proxies(SignInSettings()))


class NobodyElse(Credentials):
    """No keys but those of the settings."""

    def __init__(self) -> None:
        pass

    async def of_key(self, key: bytes) -> None:
        return None


def owner_of(found: ApiKeys, key: str) -> str | None:
    caller = found.caller_of(key.encode())
    return None if caller is None else caller.owner


async def ask(door: Door, *headers: bytes) -> str:
    sent = [(b"authorization", value) for value in headers]
    return (await door.caller_of(sent, address="127.0.0.1", cookie="session")).owner


async def test_without_keys_everything_is_the_default_owners() -> None:
    assert await ask(door(None)) == await ask(door(None), b"Bearer x") == "default"


async def test_a_key_opens_the_data_of_its_owner() -> None:
    both = keys("ann:key1, bob:key2")

    assert await ask(door("ann:key1, bob:key2"), b"Bearer key1") == "ann"
    assert await ask(door("ann:key1, bob:key2"), b"bearer  key2 ") == "bob"
    assert both.owners == ["ann", "bob"]


def test_an_owner_may_have_several_keys_while_one_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(f"{key_line('ann', 'key3')}\n{key_line('ann', 'key4')}\n")
    several = SecretStr("ann:key1,ann:key2,bob:key5")
    found = load_api_keys(AccessSettings(api_keys=several, api_keys_file=path))

    asked = [owner_of(found, f"key{i}") for i in range(1, 6)]
    assert asked == ["ann"] * 4 + ["bob"]
    assert found.owners == ["ann", "bob"]


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [b""],
        [b"Bearer"],
        [b"Bearer "],
        [b"key1"],
        [b"Basic key1"],
        [b"Bearer key1x"],
        [b"Bearer key"],
        [b"Bearer KEY1"],
        [b"Bearer \xff\x00"],
        [b"Bearer ann:key1"],
        [b"Bearer key1", b"Bearer key1"],
    ],
)
async def test_anything_else_is_refused(headers: list[bytes]) -> None:
    with pytest.raises(ApiKeyRefused):
        await ask(door("ann:key1,bob:key2"), *headers)


def test_the_wire_knows_every_scope() -> None:
    assert list(get_args(ScopeName)) == list(Scope)


def test_a_printed_line_lets_its_key_in(tmp_path: Path) -> None:
    key = new_key()
    found = in_file(tmp_path, f"# who\n\n{key_line('ann', key)}\n{key_line('bob', new_key())}\n")

    assert owner_of(found, key) == "ann"
    assert key not in (tmp_path / "keys").read_text("utf-8")


def test_a_file_and_the_variable_are_taken_together(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(key_line("ann", "key1"), "utf-8")
    found = load_api_keys(AccessSettings(api_keys=SecretStr("bob:key2"), api_keys_file=path))

    assert sorted(found.owners) == ["ann", "bob"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ann:", "the key of ann is empty"),
        ("ann", "entry 1 is not of the form owner:key"),
        ("ann:key1,", "entry 2 is not of the form owner:key"),
        (":key1", "'' cannot be an owner"),
        ("ann:secret:1", "has a colon.*citewire key"),
        ("ann:secret 1", "a space.*citewire key"),
        ("ann:schlüssel", "not ASCII.*citewire key"),
        ("zoë:key1", "cannot be an owner"),
        ("a|b:key1", "cannot be an owner"),
        ("ann:key1,ann:key1", "a key of ann is there twice"),
        ("ann:key1,bob:key1", "another's, too.*citewire key"),
    ],
)
def test_a_bad_key_is_refused_at_start_with_the_fix(text: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^CITEWIRE_API_KEYS: .*{says}") as refused:
        keys(text)

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ann", "line 1 is not of the form owner:hash"),
        ("# x\nann:key1", "line 2 is not of the form owner:hash.*citewire key"),
        ("zoë:" + 64 * "0", "line 1: 'zoë' cannot be an owner"),
        (f"ann:{64 * 'a'}\nann:{64 * 'A'}", "a key of ann is there twice"),
        (f"ann:{64 * 'a'}\nbob:{64 * 'A'}", "another's, too"),
        ("# nobody yet\n", "holds no key"),
    ],
)
def test_a_bad_file_is_refused_with_the_fix(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        in_file(tmp_path, text)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match=r"nowhere: No such file"):
        load_api_keys(AccessSettings(api_keys_file=tmp_path / "nowhere"))
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        load_api_keys(AccessSettings(api_keys_file=tmp_path / "binary"))


@pytest.mark.parametrize("name", ["CITEWIRE_API_KEYS", "CITEWIRE_API_KEYS_FILE"])
def test_keys_that_got_lost_on_the_way_open_nothing(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, " ")
    with pytest.raises(ConfigurationError, match=f"{name} is empty: unset it"):
        load_settings()


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CITEWIRE_", "OPENAI_"))}
    return subprocess.run(
        [sys.executable, "-c", MAIN, *arguments],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_command_prints_a_key_and_its_line() -> None:
    one, two = run("key", "ann").stdout.splitlines(), run("key", "ann").stdout.splitlines()

    assert one[3] == f"ann:{hashlib.sha256(one[1].encode()).hexdigest()}"
    assert (len(one[1]) >= 43, one[1] != two[1]) == (True, True)


def test_the_server_does_not_start_with_a_bad_key() -> None:
    refused = run("serve", CITEWIRE_API_KEYS="ann:")

    assert (refused.returncode, refused.stdout) == (2, "")
    assert "the key of ann is empty" in refused.stderr


def test_no_command_takes_an_owner_who_cannot_be_one() -> None:
    refused = run("documents", "--owner", "a|b")

    assert refused.returncode == 2
    assert "--owner: 'a|b' cannot be an owner" in refused.stderr


def test_doctor_says_that_the_keys_are_not_as_they_should_be(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CITEWIRE_API_KEYS", "ann")

    assert doctor() == 1

    told = capsys.readouterr().out
    assert "FAIL configuration: CITEWIRE_API_KEYS: entry 1" in told
    assert "models" not in told
