"""`citewire admin`: people, collections, runs and jobs of everybody, and stopping one of these."""

import argparse
import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from citewire.errors import CitewireError
from citewire.scripts.plain_text import PIPED_WIDTH, harmless_name
from citewire.services.access.audit.log import Who
from citewire.services.access.keys import load_api_keys
from citewire.services.assembly.people import Everybody, open_everybody
from citewire.settings import Settings
from citewire.storage.collections.store import GROUP, Collection
from citewire.storage.keys import collection_in, library_of

Row = Mapping[str, Any]


def list_people(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print who there is: with a key, in a collection or the audit log, or with a run or job."""
    return _print(settings, asyncio.run(_people(settings)), as_json=arguments.json)


def list_runs(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print the runs that are under way."""

    async def runs() -> list[Row]:
        async with open_everybody(settings) as everybody:
            found = await everybody.runs.all()
        return [asdict(run) for run in found if run.is_under_way]

    return _print(settings, asyncio.run(runs()), as_json=arguments.json)


def list_jobs(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print the jobs of the last week."""
    names = "folder", "status", "created_at", "finished_at"

    async def jobs() -> list[Row]:
        async with open_everybody(settings) as everybody:
            found = await everybody.jobs.all()
        return [
            {"job_id": job["job_id"], **_whose(str(job["owner"]))}
            | {name: job[name] for name in names}
            for job in found
        ]

    return _print(settings, asyncio.run(jobs()), as_json=arguments.json)


def list_keys(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print the keys that were made at run time; times are in UTC."""

    async def keys() -> list[Row]:
        async with open_everybody(settings) as everybody:
            found = await everybody.credentials.keys()
        return [
            {"key_id": key.id, "owner": key.owner, "scopes": "+".join(key.scopes)}
            | {"groups": ", ".join(key.groups)}
            | {name: _at(getattr(key, name)) for name in ("made", "ends", "used")}
            for key in found
        ]

    return _print(settings, asyncio.run(keys()), as_json=arguments.json)


def list_collections(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print the shared collections: who manages them, and what they have here."""

    async def collections() -> list[Row]:
        async with open_everybody(settings) as everybody:
            return [await _collection(everybody, one) for one in await everybody.collections.all()]

    return _print(settings, asyncio.run(collections()), as_json=arguments.json)


def list_groups(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print the groups that collections or keys name; who is in them, the provider knows."""

    async def groups() -> list[Row]:
        async with open_everybody(settings) as everybody:
            found, keys = await everybody.collections.all(), await everybody.credentials.keys()
        members = Counter(member for one in found for member in one.members)
        keyed = Counter(group for key in keys for group in key.groups)
        named = {name.removeprefix(GROUP) for name in members if name.startswith(GROUP)}
        return [
            {"group": group, "collections": members[GROUP + group], "keys": keyed[group]}
            for group in sorted(named | keyed.keys())
        ]

    return _print(settings, asyncio.run(groups()), as_json=arguments.json)


def stop(settings: Settings, arguments: argparse.Namespace) -> int:
    """Stop a run or a job.

    Raises:
        CitewireError: there is none of that id.
    """
    print(asyncio.run(_stop(settings, arguments.id)))
    return 0


ADMIN: Final[Mapping[str, Callable[[Settings, argparse.Namespace], int]]] = {
    "people": list_people,
    "collections": list_collections,
    "groups": list_groups,
    "runs": list_runs,
    "jobs": list_jobs,
    "keys": list_keys,
    "stop": stop,
}


async def _people(settings: Settings) -> list[Row]:
    async with open_everybody(settings) as everybody:
        pseudonyms = await everybody.people.known()
        runs, jobs = await everybody.runs.all(), await everybody.jobs.all()
        names = {*load_api_keys(settings.access).owners, *pseudonyms}
        keys = await everybody.credentials.keys()
        names |= (
            {key.owner for key in keys}
            | {run.owner for run in runs}
            | {str(job["owner"]) for job in jobs}
            | {member for one in await everybody.collections.all() for member in one.members}
        )
        return [
            {
                "owner": name,
                "documents": await everybody.documents.owned_by(name).count(),
                "keys": sum(key.owner == name for key in keys),
                "runs": sum(run.is_under_way for run in runs if run.owner == name),
                "pseudonym": pseudonyms.get(name),
            }
            for name in sorted(names)
            # A collection may have jobs, and a group is named in the audit log: nobody is they.
            if collection_in(name) is None and not name.startswith(GROUP)
        ]


async def _collection(everybody: Everybody, found: Collection) -> Row:
    library = library_of(found.collection_id)
    documents = everybody.documents.owned_by(library)
    managers = [member for member, role in found.members.items() if role == "manager"]
    return {
        "collection_id": found.collection_id,
        "name": found.name,
        "managers": ", ".join(managers),
        "members": len(found.members),
        "documents": await documents.count(),
        "passages": await documents.passages(),
        "uploaded_bytes": await everybody.uploads.space(library),
    }


def _whose(owner: str) -> Row:
    collection_id = collection_in(owner)
    return {"owner": owner if collection_id is None else None, "collection": collection_id}


async def _stop(settings: Settings, wanted: str) -> str:
    async with open_everybody(settings) as everybody:
        for run in await everybody.runs.all():
            if run.run_id == wanted:
                await everybody.runs.stop(run)
                return await _tell(
                    everybody, "run", wanted, run.owner, is_over=not run.is_under_way
                )
        for job in await everybody.jobs.all():
            if job["job_id"] == wanted:
                is_over = job["status"] in ("done", "failed", "stopped")
                if not is_over:
                    await everybody.jobs.ask_to_stop(wanted)
                return await _tell(everybody, "job", wanted, str(job["owner"]), is_over=is_over)
    raise CitewireError(f"there is no run or job {wanted}, or it is too long ago")


async def _tell(everybody: Everybody, kind: str, uid: str, owner: str, *, is_over: bool) -> str:
    collection_id = collection_in(owner)
    whose = owner if collection_id is None else f"the collection {collection_id}"
    if is_over:
        return f"{kind} {uid} of {whose} was over already"
    who = Who(command="citewire admin stop")
    await everybody.audit.stopped(who, kind=kind, uid=uid, owner=owner)
    return f"{kind} {uid} of {whose} is told to stop"


def _print(settings: Settings, rows: Sequence[Row], *, as_json: bool) -> int:
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    elif not rows:
        print(f"none in the namespace {settings.storage.namespace}")
    else:
        table = Table(header_style="bold")
        for name in rows[0]:
            table.add_column(name.replace("_", " "), overflow="fold")
        for row in rows:
            table.add_row(*(Text(harmless_name(_shown(value))) for value in row.values()))
        console = Console(highlight=False)
        if not console.is_terminal:
            console.width = PIPED_WIDTH
        console.print(table)
    return 0


def _at(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def _shown(value: object) -> str:
    return "" if value is None else str(value)
