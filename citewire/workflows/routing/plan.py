"""What is to be done with a message: answer it from the reports, or just reply."""

from dataclasses import dataclass


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
        terms: words that a model would search for beside the question.
    """

    standalone: str | None
    parts: tuple[str, ...] = ()
    was_condensed: bool = False
    fault: str = ""
    terms: str = ""
