"""How the last calls to a provider went, so that nobody has to pay for asking."""

import time
from collections import deque
from dataclasses import dataclass, field

from citewire.errors import ModelError, PromptFiltered, TooLongForModel

KEPT = 20
LATELY_S = 300.0

_OF_THE_REQUEST = (PromptFiltered, TooLongForModel)
"""What says nothing of the provider."""


@dataclass(slots=True)
class Health:
    """The last calls of a process, by what they were for."""

    _calls: dict[str, deque[tuple[float, str]]] = field(default_factory=dict)

    def note(self, path: str, error: ModelError | None = None) -> None:
        """Remember how a call ended."""
        if not isinstance(error, _OF_THE_REQUEST):
            calls = self._calls.setdefault(path, deque(maxlen=KEPT))
            calls.append((time.monotonic(), str(error) if error else ""))

    def trouble(self) -> str:
        """What is wrong: where the last call failed, or most of them; empty if all is well."""
        lately = [(path, self._lately(path)) for path in self._calls]
        return "; ".join(
            f"{path}: {len(failed)} of the last {len(calls)} calls failed, at last: {failed[-1]}"
            for path, calls in lately
            if (failed := [fault for fault in calls if fault])
            and (calls[-1] or 2 * len(failed) > len(calls))
        )

    def summary(self) -> str:
        """How many calls went well; of use where there is no trouble."""
        calls = [fault for path in self._calls for fault in self._lately(path)]
        if not calls:
            return "no calls lately"
        return f"{calls.count('')} of the last {len(calls)} calls went well"

    def _lately(self, path: str) -> list[str]:
        since = time.monotonic() - LATELY_S
        return [fault for at, fault in self._calls[path] if at >= since]
