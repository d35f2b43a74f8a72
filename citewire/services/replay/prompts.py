"""The prompts of a run made again from its turn, and proven by their hash to be what was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from llama_index.core.base.llms.generic_utils import messages_to_history_str
from llama_index.core.base.llms.types import ChatMessage
from llama_index.llms.openai.utils import to_openai_message_dicts

from citewire.services.replay.recall import PastRun
from citewire.workflows.model_calls import ModelCall, digest
from citewire.workflows.prompts import answer_messages, condense_prompt
from citewire.workflows.routing.routers import route_messages
from citewire.workflows.screening.screens import screen_messages
from citewire.workflows.shown import readable

NOT_KEPT = "what it was made from is not kept (CITEWIRE_RUN_RECORDS=ids)"
NOT_REMADE = "it holds every claim with its passage, and is not made again"
DIFFERS = "it was written by version {version} in other words, or the chat has changed since"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request of a run to a language model.

    Args:
        call: as it was recorded.
        messages: as they were sent, byte by byte; None where they cannot be had.
        missing: why not; empty if they can.
    """

    call: ModelCall
    messages: list[dict[str, Any]] | None
    missing: str = ""


def prompts_of(run: PastRun) -> list[Prompt]:
    """What language models were asked, in order."""
    return [_prompt(run, call) for call in run.record.calls]


def _prompt(run: PastRun, call: ModelCall) -> Prompt:
    if not run.record.has_text:
        return Prompt(call, None, NOT_KEPT)
    made = _made(run, call)
    if made is None:
        return Prompt(call, None, NOT_REMADE)
    messages: Any = to_openai_message_dicts(made, model=call.parameters.get("model"))
    if digest(messages) != call.prompt_sha256:
        return Prompt(call, None, DIFFERS.format(version=run.record.setup.version))
    return Prompt(call, messages)


def _made(run: PastRun, call: ModelCall) -> Sequence[ChatMessage] | None:
    match call.purpose:
        case "screen":
            return screen_messages(run.question)
        case "route":
            return route_messages(run.question, run.history, call.nonce)
        case "condense":
            return condense_prompt(call.nonce).format_messages(
                question=run.question, chat_history=messages_to_history_str(run.history)
            )
        case "answer":
            nodes = run.nodes
            if run.record.setup.withhold:
                nodes = [readable(node) for node in nodes]
            return answer_messages(run.standalone, nodes, call.nonce)
        case "look" | "verdicts":
            return None
