"""What a run must be told of routing: what is to be done with a message, and who decides it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from llama_index.core.base.llms.types import ChatMessage


@dataclass(frozen=True, slots=True)
class Reply:
    """The message wants no report: `text` answers it."""

    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The message is a question to the reports.

    Args:
        standalone: the question as it can be understood without the chat; None where a model is
            still to be asked for it with the plain condense prompt.
        parts: its questions, each standing alone, if there are several.
        was_condensed: whether the chat was needed to understand it.
        fault: why the model's own plan is not followed; empty otherwise.
    """

    standalone: str | None
    parts: tuple[str, ...] = ()
    was_condensed: bool = False
    fault: str = ""


class Router(Protocol):
    """Decides what is done with a message."""

    def at_once(self, message: str, history: Sequence[ChatMessage]) -> Plan | Reply | None:
        """What is clear without a model; None where one should be asked."""

    async def ask(self, message: str, history: Sequence[ChatMessage]) -> Plan | Reply:
        """What a model decides.

        Raises:
            ModelError: the model did not answer, or not in the form asked for.
        """

    def without_model(self, message: str, history: Sequence[ChatMessage], fault: str) -> Plan:
        """The message as a question, when the model could not be asked because of `fault`."""


class KeepingRule(Protocol):
    """The safety net under condensing."""

    def __call__(self, original: str, rewritten: str) -> str:
        """What of `original` the rewritten question has lost, in words; empty when nothing."""
