"""Which document took the place of which, as long as a chat cites one of them.

When a document is retired, `Keys.retired` notes its heir: what lies now where it lay last. Without
one it notes the places, and `Keys.vacated` leads from them to it: what comes to lie there later is
its heir after all. `Keys.kept` holds why a document is remembered: the passages of it that are kept
for chats, and the documents whose heir it is. Once that is empty and its passages are deleted, it
is forgotten, and with it whoever was remembered for its sake only.

All of it happens inside the scripts that switch documents and keep passages, so that no crash and
no other process comes between.
"""

from dataclasses import dataclass
from typing import Literal

State = Literal["current", "superseded", "gone"]


@dataclass(frozen=True, slots=True)
class Lineage:
    """The document of a passage, and the current document that it became; empty if none."""

    doc_id: str
    heir: str

    @property
    def state(self) -> State:
        """Whether the document is current, replaced, or gone without a replacement."""
        if not self.heir:
            return "gone"
        return "current" if self.heir == self.doc_id else "superseded"
