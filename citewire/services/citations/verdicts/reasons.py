"""Why a citation has its verdict: a stable code with what it tells of, and the English sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

OPPOSITE: Final = "opposite"
"""The code of a reason whose facts are our own words: two sides (`verdicts.sides`)."""
ALONE: Final = "alone."
"""What the code of a source begins with that does not carry the claim without the others."""

REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "not_held": "“{0}” is in none of the sources that this sentence cites",
        "not_held_here": "“{0}” is not in this source",
        "loose_number": "“{0}” is there, but not with its scale, unit, sign or precision",
        "scale_untold": "“{0}” is there, but nothing says in which scale",
        "direction_untold": "“{0}” is there, but nothing says whether it rose or fell",
        "year_end_untold": "“{0}” is there, but nothing says when the fiscal year ends",
        "told_of_another": "“{0}” is told of “{1}”; of “{2}” it is {3}",
        "wrong_multiple": "by its figures it is not “{0}”: {1}",
        "calculated_sign": "“{0}” has the wrong sign: {1}",
        "other_cell": "“{0}” is another cell's figure ({1}); the claim means {2}",
        "other_period": "“{0}” is the figure of another period ({1})",
        "wrong_sign": "“{0}” has the wrong sign ({1})",
        "other_scale": "“{0}” has another scale than its cell ({1})",
        "other_row": "“{0}” is the figure of another row: {1}",
        "only_operand": "“{0}” is only what is calculated with ({1})",
        "operands_untold": "“{0}” is calculated, and the claim does not say of which figures",
        "told_other_way": "the sources tell of “{0}” that it went the other way",
        "opposite": "the passage says the opposite: {0}, not {1}",
        "one_denies": "only one of claim and passage denies it (“{0}…”)",
        "words_apart": "the sources have its words, but do not say this of one thing",
        "words_missing": "the sources say nothing of {0}",
        "nothing_rose": "by these figures nothing rose",
        "nothing_fell": "by these figures nothing fell",
        "name_missing": "“{0}” is in no cited passage",
        "figure_beside": "its figure stands beside, among other words",
    }
)
"""The sentences by their codes; `{0}` and so on stand for what they tell of."""


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """Why a claim is not supported; the empty one says nothing.

    Args:
        code: one of `REASONS`.
        facts: what it tells of: words of the claim, figures, names of cells.
        is_alone: whether it is said of a source that carries the claim with the others.
    """

    code: str = ""
    facts: tuple[str, ...] = ()
    is_alone: bool = False

    def __bool__(self) -> bool:
        return bool(self.code)

    def __str__(self) -> str:
        if not self.code:
            return ""
        told = REASONS[self.code].format(*self.facts)
        return f"alone: {told}" if self.is_alone else told

    @property
    def full_code(self) -> str:
        """The code as it is sent."""
        return f"{ALONE}{self.code}" if self.is_alone and self.code else self.code

    def of_one(self) -> "Reason":
        """The same said of one of several sources: what it lacks another one may have."""
        return replace(self, code="not_held_here") if self.code == "not_held" else self


NO_REASON: Final = Reason()
