"""The numbers that are typed in `citewire chat`: of sources and of conversations."""

from collections.abc import Sequence
from typing import Any

from citewire.errors import CitewireError

Json = dict[str, Any]

DIGITS = 9
"""A number has no more of them; Python itself refuses to read some thousands."""


def number_in(text: str) -> int | None:
    """The number that the text is, with or without brackets; None if it is something else."""
    digits = text.strip("[]")
    return int(digits) if digits.isdecimal() and len(digits) <= DIGITS else None


def chosen(number: int, among: Sequence[Json], what: str) -> Json:
    """The one of that number, counted from 1; CitewireError if there is none."""
    if not 1 <= number <= len(among):
        numbers = told_range(range(1, len(among) + 1))
        raise CitewireError(f"there is no {what} {number} in the list: it has {numbers}")
    return among[number - 1]


def told_range(numbers: Sequence[int]) -> str:
    """The first and the last of them."""
    return f"{numbers[0]} to {numbers[-1]}" if numbers else "none"
