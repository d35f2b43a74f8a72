"""Events of the Open Cybersecurity Schema Framework (OCSF), as far as the audit log has them.

The numbers are those of https://schema.ocsf.io/1.5.0; docs/audit.md says what each line means.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from citewire import __version__

VERSION: Final = "1.5.0"
"""Of OCSF."""
LOG: Final = "citewire.audit"
INFORMATIONAL: Final = 1
SUCCESS, FAILURE = 1, 2

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EventClass:
    """A class of events.

    Args:
        uid: its number; the thousands are the category's.
        name: as OCSF has it.
        activities: what can be done, by its number.
    """

    uid: int
    name: str
    activities: Mapping[int, str]


ACCOUNT = EventClass(3001, "Account Change", {6: "Delete"})
AUTHENTICATION = EventClass(3002, "Authentication", {1: "Logon", 2: "Logoff"})
ENTITY = EventClass(3004, "Entity Management", {1: "Create", 4: "Delete"})
USER_ACCESS = EventClass(
    3005, "User Access Management", {1: "Assign Privileges", 2: "Revoke Privileges"}
)
RESOURCES = EventClass(
    6001,
    "Web Resources Activity",
    {
        1: "Create",
        2: "Read",
        3: "Update",
        4: "Delete",
        6: "Import",
        7: "Export",
        8: "Share",
    },
)
API = EventClass(6003, "API Activity", {1: "Create", 2: "Read", 3: "Update", 4: "Delete"})
CATEGORIES: Final = {3: "Identity & Access Management", 6: "Application Activity"}
CLASSES: Final = (ACCOUNT, AUTHENTICATION, ENTITY, USER_ACCESS, RESOURCES, API)


@dataclass(frozen=True, slots=True)
class Resource:
    """What an act is about.

    Args:
        kind: `document`, `page`, `passage`, `chat`, `run`, `job` or `folder`.
        uid: its id; None where all of a kind are meant.
        more: what else is known: the document and page of a passage, say.
    """

    kind: str
    uid: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> JsonObject:
        """As OCSF has a web resource."""
        told: JsonObject = {"type": self.kind, "uid": self.uid, "data": dict(self.more)}
        return {name: value for name, value in told.items() if value}


def event(
    kind: EventClass,
    activity: str,
    *,
    request_id: str | None = None,
    problem: str | None = None,
    **fields: Any,
) -> JsonObject:
    """An event that happens now.

    Args:
        kind: its class.
        activity: as the class has it.
        request_id: of the request that it belongs to.
        problem: the code of why it failed; None if it did not.
        fields: the others of its class; those that are None are left out.

    Raises:
        KeyError: the class has no such activity.
    """
    activity_id = {name: number for number, name in kind.activities.items()}[activity]
    category = kind.uid // 1000
    product = {"name": "Citewire", "vendor_name": "Citewire", "version": __version__}
    metadata = {"version": VERSION, "product": product, "log_name": LOG, "uid": uuid4().hex}
    if request_id is not None:
        metadata["correlation_uid"] = request_id
    told: JsonObject = {
        "time": time.time_ns() // 1_000_000,
        "category_uid": category,
        "category_name": CATEGORIES[category],
        "class_uid": kind.uid,
        "class_name": kind.name,
        "activity_id": activity_id,
        "activity_name": activity,
        "type_uid": kind.uid * 100 + activity_id,
        "severity_id": INFORMATIONAL,
        "status_id": SUCCESS if problem is None else FAILURE,
        "status": "Success" if problem is None else "Failure",
        "status_code": problem,
        "metadata": metadata,
        **fields,
    }
    return {name: value for name, value in told.items() if value is not None}


def resources(found: Sequence[Resource]) -> list[JsonObject]:
    """Resources as a class has them that wants some."""
    return [one.to_json() for one in found]
