"""How often routing and condensing are right on the labelled messages of routing_messages.jsonl.

    python -m tests.unit.routing_accuracy [--half dev|held]

Each line has the `message`, the questions asked before it (`history`), and what is right: `route`;
for a follow-up what the standalone question must hold (`keeps`), and that any other question of a
chat comes back as it is; for questions with several parts how many (`parts`). The messages were
written before the rules, and the rules were made looking at the half called `dev` only.
"""

import argparse
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from llama_index.core.base.llms.types import ChatMessage, MessageRole

from citewire.text.words import fold
from citewire.workflows.routing.plan import Plan, Reply
from citewire.workflows.routing.routers import RuleRouter
from citewire.workflows.screening.screens import RuleScreen

MESSAGES = Path(__file__).with_name("routing_messages.jsonl")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One message with what is right for it."""

    kind: str
    route: str
    half: str
    language: str
    message: str
    history: list[str] = field(default_factory=list)
    follow_up: bool | None = None
    keeps: list[str] = field(default_factory=list)
    parts: int = 1

    @property
    def chat(self) -> list[ChatMessage]:
        """The turns before, with answers that say nothing."""
        roles = (MessageRole.USER, MessageRole.ASSISTANT)
        pairs = ((asked, "As the reports say [1].") for asked in self.history)
        return [
            ChatMessage(role=role, content=text)
            for pair in pairs
            for role, text in zip(roles, pair, strict=True)
        ]


Decide = Callable[[Labelled], Awaitable[str | Plan]]
"""`reply`, `refuse`, or the plan of a question."""


def read_messages(half: str | None = None) -> list[Labelled]:
    """The labelled messages, of one half or of both."""
    lines = MESSAGES.read_text("utf-8").splitlines()
    told = [Labelled(**json.loads(line)) for line in lines]
    return [one for one in told if half in (None, one.half)]


def by_rule(one: Labelled) -> str | Plan:
    """What the rules decide."""
    if RuleScreen().refusal(one.message) is not None:
        return "refuse"
    decided = RuleRouter().at_once(one.message, one.chat)
    assert decided is not None
    return "reply" if isinstance(decided, Reply) else decided


def faults(one: Labelled, decided: str | Plan) -> list[str]:
    """What is wrong with a decision: `route`, `condense`, `parts`."""
    route = decided if isinstance(decided, str) else "answer"
    if route != one.route:
        return ["route"]
    if isinstance(decided, str):
        return []
    wrong = []
    if one.history and one.follow_up is not None and not _condensed_well(one, decided):
        wrong.append("condense")
    if one.kind in ("parts", "question") and max(1, len(decided.parts)) != one.parts:
        wrong.append("parts")
    return wrong


def _condensed_well(one: Labelled, plan: Plan) -> bool:
    standalone = plan.standalone or ""
    if not one.follow_up:
        return standalone == one.message
    return all(fold(kept) in fold(standalone) for kept in one.keeps)


def accuracy(told: Iterable[tuple[Labelled, Sequence[str]]]) -> dict[str, float]:
    """Share of messages that are right in all, by kind, and of all."""
    right, count = Counter[str](), Counter[str]()
    for one, wrong in told:
        for group in (one.kind, "all"):
            count[group] += 1
            right[group] += not wrong
    return {group: right[group] / count[group] for group in count}


def main() -> None:
    """Print the accuracy of the rules, and what they get wrong."""
    parser = argparse.ArgumentParser(description="accuracy of routing by rule")
    parser.add_argument("--half", choices=("dev", "held"))
    told = [
        (one, decided := by_rule(one), faults(one, decided))
        for one in read_messages(parser.parse_args().half)
    ]
    for group, share in accuracy((one, wrong) for one, _, wrong in told).items():
        print(f"{group:<14}{share:.2f}")
    for one, decided, wrong in told:
        if wrong:
            print(f"{', '.join(wrong)}: {one.message!r} after {one.history}: {decided}")


if __name__ == "__main__":
    main()
