"""Random statements on random tables: no true one is unsupported, no false one supported."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import copysign

from hypothesis import given, settings
from hypothesis import strategies as st

from citewire.services.citations.verdicts import judge
from tests.doubles.cited_tables import cited

NAMES = "Freight Harbour Storage Timber Cement Copper Textile Salt Lumber Granite".split()
UNITS = [("(in thousands)", "thousand", ""), ("($ in millions)", "million", "$")]
UNITS += [("(in millions of euros)", "million", "€")]
LARGER = {"thousand": "million", "million": "billion"}
STATED = [
    "{name} income was {said} in {year}.",
    "In {year}, {name} income amounted to {said}.",
    "The {name} income of {year} was {said}.",
    "{name} income stood at {said} at the end of fiscal {year}.",
]


@dataclass(frozen=True)
class Books:
    """A table of incomes by name and year, the newest first, with their total as its last row."""

    names: Sequence[str]
    years: Sequence[int]
    figures: dict[tuple[str, int], int]
    head: str
    unit: str
    sign: str

    @property
    def rows(self) -> list[list[str]]:
        """As the table is written."""
        heads = [self.head, *map(str, self.years)]
        body = [
            [f"{name} income", *(f"{self.figures[name, year]:,}" for year in self.years)]
            for name in self.names
        ]
        totals = [f"{self.total(year):,}" for year in self.years]
        return [heads, *body, ["Total income", *totals]]

    def total(self, year: int) -> int:
        """The last figure of a year's column."""
        return sum(self.figures[name, year] for name in self.names)

    def said(self, value: float, unit: str = "") -> str:
        """How a claim tells an amount of the table."""
        digits = f"{abs(value):,.1f}".removesuffix(".0")
        return f"{'-' * (value < 0)}{self.sign}{digits} {unit or self.unit}"


def books_of(chance: random.Random) -> Books:
    names = chance.sample(NAMES, chance.randint(3, 7))
    newest = chance.randint(2012, 2024)
    years = [newest - at for at in range(chance.randint(2, 3))]
    figures = iter(chance.sample(range(1_001, 99_999), len(names) * len(years)))
    return Books(
        names,
        years,
        {(name, year): next(figures) for name in names for year in years},
        *chance.choice(UNITS),
    )


def stated(books: Books, chance: random.Random) -> Iterator[tuple[str, bool]]:
    """Figures said of their own cell; and with another row's, year's, digit or scale."""
    name, other = chance.sample(list(books.names), 2)
    year, before = books.years[:2]
    own = books.figures[name, year]
    digits = str(own)
    at = chance.randrange(len(digits) - 1)
    wrong = int(digits[:at] + chance.choice([d for d in "123456789" if d != digits[at]])
                + digits[at + 1 :])  # fmt: skip
    for form in STATED:
        for value, is_true in (
            (books.said(own), True),
            (books.said(own, LARGER[books.unit]), False),
            (books.said(books.figures[other, year]), False),
            (books.said(books.figures[name, before]), False),
            (books.said(wrong), wrong in (*books.figures.values(), *map(books.total, books.years))),
        ):
            if value != books.said(wrong) or not is_true:
                yield form.format(name=name, year=year, said=value), is_true
    larger = f"{books.sign}{own / 1000:.3f} {LARGER[books.unit]}"
    yield f"{name} income was {larger} in {year}.", True


def calculated(books: Books, chance: random.Random) -> Iterator[tuple[str, bool]]:
    """What comes out of cells; and the same too large, or with its sign turned."""
    name, other = chance.sample(list(books.names), 2)
    new, old = books.years[:2]
    one, before = books.figures[name, new], books.figures[name, old]
    change, per_cent = one - before, 100 * (one - before) / before
    went, turned = ("rose", "fell") if change > 0 else ("fell", "rose")
    beside = books.figures[other, new]
    share = 100 * one / books.total(new)
    for factor in (1, 1.3):
        is_true, off = factor == 1, 0 if factor == 1 else 3.3
        # Away from zero, too: what is too large never comes out as what is true.
        by_rate = per_cent * factor + copysign(off, per_cent)
        by = books.said(abs(change) * factor + off)
        rate = f"{abs(by_rate):.2f}%"
        yield f"{name} income {went} by {by} in {new}.", is_true
        yield f"{name} income {went} by {rate} from {old} to {new}.", is_true
        signed = f"{by_rate:.2f}%"
        yield f"The change in {name} income from {old} to {new} was {signed}.", is_true
        both = books.said((one + beside) * factor + off)
        yield f"{name} income and {other} income together were {both} in {new}.", is_true
        yield f"The sum of {name} income and {other} income in {new} was {both}.", is_true
        gap = books.said(abs(one - beside) * factor + off)
        yield f"The difference between {name} and {other} income was {gap} in {new}.", is_true
        ahead, behind = (name, other) if one > beside else (other, name)
        yield f"{ahead} income was {gap} higher than {behind} income in {new}.", is_true
        yield f"{behind} income was {gap} lower than {ahead} income in {new}.", is_true
        yield f"{behind} income was {gap} higher than {ahead} income in {new}.", False
        mean = books.said((one + before) / 2 * factor + off)
        yield f"The average {name} income of {old} and {new} was {mean}.", is_true
        part = f"{share * factor + off:.2f}%"
        yield f"{name} income was {part} of the total income in {new}.", is_true
    told = [books.said(books.figures[name, year]) for year in (old, new)]
    yield f"{name} income {went} from {told[0]} to {told[1]} between {old} and {new}.", True
    yield f"{name} income {turned} from {told[1]} to {told[0]} between {old} and {new}.", False
    yield f"{name} income {turned} from {told[1]} to {told[0]}.", False
    if change:
        yield f"{name} income {turned} by {books.said(abs(change))} in {new}.", False
        yield f"{name} income {turned} by {abs(per_cent):.2f}% in {new}.", False
        signed = f"{-per_cent:.2f}%"
        yield f"The change in {name} income from {old} to {new} was {signed}.", False


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1 << 32))
def test_no_true_statement_is_unsupported_and_no_false_one_supported(seed: int) -> None:
    chance = random.Random(seed)
    books = books_of(chance)
    passages = [source.digest for source in cited(books.rows)]
    wrong = [
        (claim, got.status, got.reasons[0])
        for claim, is_true in (*stated(books, chance), *calculated(books, chance))
        for got in [judge(claim, passages)]
        if got.status == ("unsupported" if is_true else "supported")
    ]
    assert wrong == [], books.rows
