"""The prompts of a run as they were sent: not their text, but what proves it later."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

Purpose = Literal["screen", "route", "condense", "look", "answer", "verdicts"]

_NONCE = re.compile(r"\bid is ([0-9a-f]{8})\.|\bid ([0-9a-f]{8}):")


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One request to a language model.

    The text is left out on purpose: with all its passages it would be held as long as the answer
    streams. It can be made again from the turn and the nonce.

    Args:
        purpose: what was asked for.
        prompt_sha256: of its messages as compact JSON, the bytes that were sent.
        nonce: the random id of the prompt's marks; empty if it has none, or it is not kept.
        parameters: all else in the request that says how to answer: model, temperature, length.
    """

    purpose: Purpose
    prompt_sha256: str
    nonce: str
    parameters: dict[str, Any]

    @classmethod
    def from_request(cls, purpose: Purpose, payload: Mapping[str, Any]) -> "ModelCall":
        """The call that a request is."""
        messages = payload["messages"]
        parameters = {name: value for name, value in payload.items() if name != "messages"}
        return cls(purpose, digest(messages), _nonce(messages), parameters)


def digest(messages: object) -> str:
    """SHA-256 of messages as a provider is sent them."""
    return hashlib.sha256(orjson.dumps(messages)).hexdigest()


def _nonce(messages: list[dict[str, Any]]) -> str:
    # Every prompt of ours names the id before anything that others wrote.
    found = _NONCE.search(messages[-1]["content"])
    return (found[1] or found[2]) if found else ""
