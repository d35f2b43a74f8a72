"""What was learned of a model while the process runs: options it refuses, and that it thinks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_OTHER_NAMES = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}
"""The two names of one option; all other options are left out where they are refused."""
MOST_IN_VAIN = 3
"""So many answers in a row that were held for nothing are streamed again."""
UNTOLD = {"chat/completions": "stream_options", "embeddings": "encoding_format"}
"""What is refused most often, also in words that do not name it."""
OPTIONS = ("stream_options", *_OTHER_NAMES, "temperature", "encoding_format")


@dataclass(slots=True)
class Habits:
    """What one model is like; kept by `Provider` for each.

    Args:
        refused: options that it does not take.
        is_proven: whether it took the options that others refuse without a word.
        thinks: whether it was seen to think before it answers.
        opens_itself: whether its thinking has no beginning: its template opened the tag.
    """

    refused: frozenset[str] = field(default_factory=frozenset)
    is_proven: bool = False
    thinks: bool = False
    opens_itself: bool = False
    _in_vain: int = 0

    def learn(self, *, thinks: bool, opens_itself: bool, held_in_vain: bool) -> None:
        """Remember what an answer has shown; what is not so any more is forgotten."""
        self.thinks |= thinks
        self._in_vain = self._in_vain + 1 if held_in_vain else 0
        self.opens_itself = (self.opens_itself or opens_itself) and self._in_vain < MOST_IN_VAIN


def accepted(payload: Mapping[str, Any], refused: frozenset[str]) -> dict[str, Any]:
    """The request without the options that are refused, or with their other names."""
    kept = dict(payload)
    for option in OPTIONS:
        if option in refused and option in kept:
            value, other = kept.pop(option), _OTHER_NAMES.get(option)
            if other is not None and other not in refused:
                kept[other] = value
    return kept
