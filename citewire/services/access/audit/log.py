"""The audit log: one method for each kind of event, which returns once its line is written.

People are told by pseudonyms (`storage/access/people.py`); whoever acts at the command line is told
as the command. Names of reports, questions and answers are not told; ids are.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import anyio
import orjson

from citewire.services.access.audit.naming import Naming
from citewire.services.access.audit.refusals import Refusal, RefusalCount
from citewire.services.access.audit.schema import (
    ACCOUNT,
    API,
    AUTHENTICATION,
    ENTITY,
    RESOURCES,
    USER_ACCESS,
    EventClass,
    JsonObject,
    Resource,
    event,
    resources,
)
from citewire.services.access.audit.writer import AuditWriter
from citewire.storage.collections.store import GROUP
from citewire.storage.keys import collection_in

HELD_S: Final = 1.0
"""How often refusals are told that were too many to be told one by one."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who acts: a person over HTTP, or a command of whoever runs the service.

    Args:
        name: of the person; None at the command line.
        command: `citewire remove`, say.
        request_id: of the request.
        address: from which it came.
    """

    name: str | None = None
    command: str | None = None
    request_id: str | None = None
    address: str | None = None


class AuditLog:
    """Tells who did what.

    Args:
        writer: takes the lines; None: nothing is told.
        naming: gives people their pseudonyms.
        questions: whether the text of questions is told.
    """

    def __init__(self, writer: AuditWriter | None, naming: Naming, *, questions: bool) -> None:
        self._writer = writer
        self._naming = naming
        self._questions = questions
        self._refusals = RefusalCount()

    @property
    def is_on(self) -> bool:
        """Whether anything is told."""
        return self._writer is not None

    @property
    def trouble(self) -> str | None:
        """Why lines are not written at the moment; None: they are."""
        return self._writer.trouble if self._writer else None

    async def run(self) -> None:
        """Write until cancelled, and tell of refusals that were held."""
        if self._writer is None:
            return
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._writer.run)
            while True:
                await anyio.sleep(HELD_S)
                for refusal, count in self._refusals.held():
                    await self._tell_refusal(refusal, count, None)

    async def know(self, name: str) -> None:
        """See that a person can be named, before anything is done that is to be told.

        Raises:
            StorageError: Redis does not answer, or refuses.
        """
        if self._writer is not None and collection_in(name) is None:
            await self._naming.know(name)

    async def acted(
        self,
        who: Who,
        activity: str,
        found: Sequence[Resource],
        *,
        problem: str | None = None,
        owner: str | None = None,
        more: JsonObject | None = None,
    ) -> None:
        """Somebody read, uploaded, changed, removed or exported something, or was refused it.

        Args:
            who: acts.
            activity: as the class `RESOURCES` has it.
            found: what it is about.
            problem: the code of why it failed.
            owner: whose it is, if whoever acts is somebody else: a person or a collection.
            more: what has no field of its own.
        """
        told = dict(more or {}) | await self._whose(owner)
        fields = {"web_resources": resources(found), "unmapped": told or None}
        await self._tell(RESOURCES, activity, who, problem=problem, **fields)

    async def answered(
        self,
        who: Who,
        *,
        run_id: str,
        chat_id: str,
        end: str,
        shown: Sequence[Resource],
        question: str,
    ) -> None:
        """An answer showed passages; its question is told only if the settings say so."""
        more = {"run_id": run_id, "chat_id": chat_id, "end": end}
        if self._questions:
            more["question"] = question
        await self.acted(who, "Read", [Resource("run", run_id), *shown], more=more)

    async def signed_in(self, who: Who, *, how: str) -> None:
        """A person signed in, with `oidc` or a `key`, say."""
        user = await self._user(who.name)
        await self._tell(
            AUTHENTICATION, "Logon", who, user=user, auth_protocol=how, service=_SERVICE
        )

    async def signed_out(self, who: Who) -> None:
        """A person's session ended."""
        user = await self._user(who.name)
        await self._tell(AUTHENTICATION, "Logoff", who, user=user, service=_SERVICE)

    async def refused(self, who: Who, *, problem: str, operation: str) -> None:
        """A request was refused before anything was done: no key, say, or not the right to it.

        Where there are many in a second, they are told together later, with how many there were.

        Args:
            who: asked, as far as it is known.
            problem: the code that was answered.
            operation: method and route.
        """
        if self._writer is None:
            return
        refusal = Refusal(problem, operation if who.name else "", who.name, who.address)
        if self._refusals.take(refusal):
            await self._tell_refusal(refusal, 1, who.request_id)

    async def key_made(
        self,
        who: Who,
        *,
        key_id: str,
        owner: str,
        scopes: Sequence[str],
        groups: Sequence[str] = (),
    ) -> None:
        """A key was made for `owner`, which acts with some groups."""
        key = await self._key(key_id, owner, scopes, groups)
        await self._tell(ENTITY, "Create", who, entity=key)

    async def key_revoked(self, who: Who, *, key_id: str, owner: str) -> None:
        """A key of `owner` was revoked."""
        await self._tell(ENTITY, "Delete", who, entity=await self._key(key_id, owner, ()))

    async def collection_made(self, who: Who, *, collection_id: str) -> None:
        """A collection was made."""
        entity = {"type": "collection", "uid": collection_id}
        await self._tell(ENTITY, "Create", who, entity=entity)

    async def collection_removed(self, who: Who, *, collection_id: str) -> None:
        """A collection was removed with all that it had."""
        entity = {"type": "collection", "uid": collection_id}
        await self._tell(ENTITY, "Delete", who, entity=entity)

    async def member_added(self, who: Who, *, collection_id: str, member: str, role: str) -> None:
        """A member, a person or a group, has a role in a collection from now on."""
        fields = await self._membership(collection_id, member, role)
        await self._tell(USER_ACCESS, "Assign Privileges", who, **fields)

    async def member_removed(self, who: Who, *, collection_id: str, member: str, role: str) -> None:
        """A member has the role no more."""
        fields = await self._membership(collection_id, member, role)
        await self._tell(USER_ACCESS, "Revoke Privileges", who, **fields)

    async def stopped(self, who: Who, *, kind: str, uid: str, owner: str) -> None:
        """Whoever runs the service stopped a run or a job of `owner`."""
        await self._tell(
            API,
            "Update",
            who,
            api={"operation": f"stop {kind}"},
            src_endpoint={"name": "command line"},
            resources=[{"type": kind, "uid": uid, **await self._whose(owner)}],
        )

    async def forgot(self, who: Who, name: str, *, removed: JsonObject) -> None:
        """A person was forgotten: the last line that anybody can tell to be about that person."""
        await self._tell(ACCOUNT, "Delete", who, user=await self._user(name), unmapped=removed)
        self._naming.forget(name)

    async def _membership(self, collection_id: str, member: str, role: str) -> JsonObject:
        return {
            "user": await self._user(member),
            "privileges": [role],
            "resources": [{"type": "collection", "uid": collection_id}],
        }

    async def _key(
        self, key_id: str, owner: str, scopes: Sequence[str], groups: Sequence[str] = ()
    ) -> JsonObject:
        if self._writer is None:
            return {}
        more: JsonObject = {"owner": await self._naming.find(owner)}
        if scopes:
            more["scopes"] = list(scopes)
        if groups:
            more["groups"] = [await self._naming.find(f"{GROUP}{group}") for group in groups]
        return {"type": "API key", "uid": key_id, "data": more}

    async def _tell_refusal(self, refusal: Refusal, count: int, request_id: str | None) -> None:
        by = Who(refusal.name, request_id=request_id)
        fields: JsonObject = {"count": count if count > 1 else None}
        if refusal.name is None:
            # Nobody is known: the address is all that there is. Of people none is kept.
            src = {"ip": refusal.address} if refusal.address else None
            fields |= {"src_endpoint": src, "user": {"name": "unknown"}, "service": _SERVICE}
            await self._tell(AUTHENTICATION, "Logon", by, problem=refusal.problem, **fields)
            return
        fields |= {"api": {"operation": refusal.operation}, "src_endpoint": {"name": "client"}}
        activity = _CRUD.get(refusal.operation.partition(" ")[0], "Read")
        await self._tell(API, activity, by, problem=refusal.problem, **fields)

    async def _whose(self, owner: str | None) -> JsonObject:
        """The person, or the collection, that something is of."""
        if owner is not None and (collection_id := collection_in(owner)):
            return {"collection": collection_id}
        user = await self._user(owner)
        return {} if user is None else {"owner": user}

    async def _user(self, name: str | None) -> JsonObject | None:
        if name is None or self._writer is None:
            return None
        return {"uid": await self._naming.find(name)}

    async def _tell(
        self,
        kind: EventClass,
        activity: str,
        who: Who,
        *,
        problem: str | None = None,
        **fields: Any,
    ) -> None:
        if self._writer is None:
            return
        actor: JsonObject = {}
        if (user := await self._user(who.name)) is not None:
            actor["user"] = user
        if who.command is not None:
            actor["app_name"] = who.command
        fields["actor"] = actor or None
        told = event(kind, activity, request_id=who.request_id, problem=problem, **fields)
        await self._writer.write(_line(told))


def _line(told: JsonObject) -> bytes:
    try:
        return orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # half of a surrogate pair, which is no UTF-8: it is told as an escape
        return f"{json.dumps(told, default=str)}\n".encode()


_SERVICE = {"name": "Citewire"}
_CRUD = {"POST": "Create", "PUT": "Update", "PATCH": "Update", "DELETE": "Delete"}
