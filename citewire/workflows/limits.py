"""How long the steps before the answer may take, and the event loop at most."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from llama_index.core.base.llms.types import ChatMessage

P = ParamSpec("P")
T = TypeVar("T")

AT_ONCE = 1500
"""Characters of a message and its chat up to which a rule takes less time than waking a thread
would cost; with 8,000 one takes 5 to 30 ms, and with Chinese 90."""


async def off_the_loop(
    question: str,
    history: Sequence[ChatMessage],
    rule: Callable[P, T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Apply a rule to a message: at once if it is short, else in a thread.

    Args:
        question: the message.
        history: the chat before it, as far as the rule reads it.
        rule: what is called with the rest.
        args: by place.
        kwargs: by name.
    """
    if len(question) + sum(len(said.content or "") for said in history) <= AT_ONCE:
        return rule(*args, **kwargs)
    return await asyncio.to_thread(rule, *args, **kwargs)


@dataclass(frozen=True, slots=True)
class StepLimits:
    """How long the steps before the answer may take, in seconds each.

    Args:
        screen: a model's verdict on the question.
        route: deciding what is done with it, and condensing.
        retrieve: embedding the question and finding passages.
    """

    screen: float = 5.0
    route: float = 10.0
    retrieve: float = 30.0
