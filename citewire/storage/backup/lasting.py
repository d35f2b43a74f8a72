"""Which keys are worth keeping: not what tells only of processes that run at the moment."""

import re

_LEFT_OUT = re.compile(
    r"lease(:.*)?"  # who changes documents just now
    r"|spent:.*"  # what was spent in the last hour
    r"|suggest(ed|ing):.*"  # a model is asked again
    r"|access:session(s:of)?:.*"  # people sign in again: one might have been ended since
    r"|runs:stops:.*|run:[^:]*:read"  # who is to stop, and who reads, right now
    r"|jobs:stop:.*|job:[^:]*:alive",
    re.DOTALL,
)
NOTED = "index"
"""The key of what is noted of all that is stored: `Keys.fingerprint`."""
WORKERS = "runs:workers"


def is_lasting(name: str) -> bool:
    """Whether a key, by its name without the namespace, belongs into a backup."""
    return _LEFT_OUT.fullmatch(name) is None
