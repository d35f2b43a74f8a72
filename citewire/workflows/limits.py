"""How long the steps before the answer may take."""

from dataclasses import dataclass


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
