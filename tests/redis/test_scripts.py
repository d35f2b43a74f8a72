"""The scripts that Redis runs, and the keys that they and the package use."""

import ast
import re
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, cast

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder
from redis.asyncio import Redis

import citewire
from citewire.storage.access.spending import SpendingStore
from citewire.storage.backup.following import ChangeFollower
from citewire.storage.backup.reading import InstantReader
from citewire.storage.chats.shares import ChatShares
from citewire.storage.chats.store import ChatStore
from citewire.storage.collections.store import CollectionStore
from citewire.storage.keys import Keys, owner_tag
from citewire.storage.library.lease import Lease
from citewire.storage.library.snapshots import SnapshotStore
from citewire.storage.lua import loader
from citewire.storage.runs.overview import RunOverview
from citewire.storage.runs.registry import RunStore

PACKAGE = Path(citewire.__file__).parent
LUA = PACKAGE / "storage" / "lua"
FILES = {path.relative_to(LUA).with_suffix("").as_posix() for path in LUA.rglob("*.lua")}
INCLUDES = re.compile(r"^-- include: (\S+)$", re.MULTILINE)
LUA_KEYS = {
    "chats": {
        "ending": Keys("n").chats_ending,
        "clock": Keys("n").chat_clock,
        "base_of('x')": Keys("n").chat("x"),
        "trash_of('x')": Keys("n").trash("x"),
        f"chats_of('{owner_tag('x')}')": Keys("n").chats("x"),
        "record_of('x')": Keys("n").run_record("x"),
        "head_of(base_of('x'))": Keys("n").chat_head("x"),
        "tree_of(base_of('x'))": Keys("n").chat_tree("x"),
        "records_of(base_of('x'))": Keys("n").chat_records("x"),
        "message_of(base_of('x'), 'y')": Keys("n").message("x", "y"),
    },
    "runs": {
        "workers": Keys("n").workers,
        "lost": Keys("n").lost_runs,
        "run_of('x')": Keys("n").run("x"),
        "log_of('x')": Keys("n").run_log("x"),
        "runs_of('x')": Keys("n").runs_of_worker("x"),
        "stops_of('x')": Keys("n").stops("x"),
        "chat_of('x')": Keys("n").run_of_chat("x"),
        "owned_by('x')": Keys("n").runs_of_owner("x"),
        "asked_of('x')": Keys("n").asked("x"),
    },
    "limits": {f"spent_of('tokens', '{owner_tag('x')}')": Keys("n").spent("tokens", "x")},
    "collections": {
        "all": Keys("n").collections,
        "ending": Keys("n").ending_collections,
        "collection_of('x')": Keys("n").collection("x"),
        "joined_by('group:x y')": Keys("n").joined("group:x y"),
    },
    "library": {
        "noted_index": Keys("n").fingerprint,
        "retired": Keys("n").retired,
        "vacated": Keys("n").vacated,
        "document_of('x')": Keys("n").document("x"),
        "layout_of('x')": Keys("n").layout("x"),
        "kept_of('x')": Keys("n").kept("x"),
        "passage_of('x')": Keys("n").passage("x"),
        "snapshot_of('x')": Keys("n").snapshot("x"),
        "citing_of('x')": Keys("n").citing_chats("x"),
        "cited_by('x')": Keys("n").cited_passages("x"),
    },
}


@pytest.fixture
def registered(redis_client: Redis, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the scripts that the stores list."""
    names: list[str] = []
    register = loader.register

    def noting(client: Redis, name: str) -> Any:
        names.append(name)
        return register(client, name)

    modules = (
        "access.spending",
        "backup.reading",
        "chats.shares",
        "chats.store",
        "collections.store",
        "library.lease",
        "library.snapshots",
        "runs.overview",
        "runs.registry",
    )
    for module in modules:
        monkeypatch.setattr(f"citewire.storage.{module}.register", noting)
    ChatShares(redis_client, "n")
    ChatStore(redis_client, "n")
    CollectionStore(redis_client, "n")
    InstantReader(redis_client, "n", cast(ChangeFollower, None))
    SpendingStore(redis_client, "n")
    Lease(redis_client, "n")
    SnapshotStore(redis_client, "n")
    RunOverview(redis_client, "n")
    RunStore(redis_client, "n", worker="w", lease_s=1, running_s=1, kept_s=1)
    return names


def test_every_file_is_a_script_of_a_store_or_included_by_one(registered: list[str]) -> None:
    used = set(registered)
    for name in registered:
        used.update(INCLUDES.findall((LUA / f"{name}.lua").read_text("utf-8")))

    assert sorted(used) == sorted(FILES)


async def test_redis_can_read_every_script(registered: list[str], redis_client: Redis) -> None:
    for name in registered:
        text = loader.read_script(name)
        assert "-- include:" not in text, f"{name} includes what includes something itself"
        await redis_client.script_load(text)


def test_there_is_no_script_in_python() -> None:
    sources = {path: path.read_text("utf-8") for path in PACKAGE.rglob("*.py")}
    assert [path.name for path, text in sources.items() if re.search(r"redis\.p?call", text)] == []


def test_scripts_are_in_the_wheel_and_in_the_archive_of_sources() -> None:
    wanted = {f"citewire/storage/lua/{name}.lua" for name in FILES}
    for builder in (WheelBuilder, SdistBuilder):
        made = builder(str(PACKAGE.parent))
        included = {found.distribution_path for found in made.recurse_included_files()}
        assert wanted <= included, builder


@pytest.mark.parametrize("kind", LUA_KEYS)
async def test_scripts_make_the_same_keys(kind: str, redis_client: Redis) -> None:
    keys = LUA_KEYS[kind]
    text = loader.read_script(f"keys/{kind}")
    made: Any = redis_client.eval(f"{text}return {{{', '.join(keys)}}}", 0, Keys("n").prefix)

    assert [found.decode() for found in await made] == list(keys.values())
    functions = re.findall(r"local function (\w+)", text)
    variables = re.findall(r"^local (\w.*) =", text, re.MULTILINE)
    defined = {*functions, *chain(*(names.split(", ") for names in variables))} - {"prefix"}
    assert defined == {expression.partition("(")[0] for expression in keys}


def test_no_other_script_makes_keys() -> None:
    for name in FILES:
        if not name.startswith("keys/"):
            assert "prefix" not in re.sub("--.*", "", (LUA / f"{name}.lua").read_text("utf-8")), (
                name
            )


def test_every_key_is_made_in_one_module() -> None:
    """Whoever joins a namespace and something else makes a key, or means to."""
    made = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if _joins_a_namespace(node)
    }
    assert made == {"storage/keys.py"}


def _joins_a_namespace(node: ast.AST) -> bool:
    """Whether a namespace, or a key, is followed by a colon: in an f-string, a sum, or a call."""
    if isinstance(node, ast.JoinedStr):
        pairs = pairwise(node.values)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        pairs = pairwise([node.left, node.right])
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        text = node.func.value  # of "{}:x".format(namespace) or ":".join([namespace, "x"])
        is_colon = isinstance(text, ast.Constant) and ":" in str(text.value)
        return is_colon and any(map(_is_namespace, node.args))
    else:
        return False
    return any(_is_namespace(left) and _goes_on(right) for left, right in pairs)


def _goes_on(piece: ast.AST) -> bool:
    """Whether it begins as the rest of a key does; a sentence has a space behind its colon."""
    return isinstance(piece, ast.Constant) and bool(re.match(r":(?!\s)", str(piece.value)))


def _is_namespace(piece: ast.AST) -> bool:
    names = (
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(piece)
        if isinstance(node, ast.Attribute | ast.Name)
    )
    return any(name in ("ns", "namespace", "_namespace", "_keys", "keys") for name in names)
