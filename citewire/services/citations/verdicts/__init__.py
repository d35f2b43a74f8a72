"""Whether cited passages support a claim, by rules alone: no model, no I/O, linear time.

What counts against a claim caps its score, in this order:

- numbers (cap 0.1): an amount, percentage, date or year that no passage holds. `1,234.5`,
  `1.234,5` and `1 234,5`; `1.2 million`, `$1.2M` and `1.2 mil millones`; `(in millions)` above a
  table, `1 234,5 M€`; number words and fractions in English and Spanish; `Q3 2023`, `FY2023`, ISO
  and numeric dates, and English, Spanish, German and French ones; ranges; units converted within
  their dimension. A claim may be rounder than its passage, not finer; `over`, `nearly` and `about`
  loosen it by one digit.
  Currencies must agree, a bare `$` with any dollar. `0.12` is 12 % only where the passage speaks
  of a share or a rate.
- numbers (0.1): a figure that the passages tell of another name (`binding`, `misplaced`), or of
  another period.
- negation (0.15): the clauses that say most of a clause of the claim all deny what it says, or
  take the other side (rise, fall; approve, reject); or what rose to or by a figure fell.
- entities (0.2): none of the claim's names is there. Acronyms, possessives, titles, middle names
  and the usual countries and bodies under other names are known.
- entities (0.4): some of the names are not there.
- numbers (0.4): the digits are there without the scale, unit, sign or precision.

Below the caps the score is a logistic regression of how much of the claim's words is said at all,
within two neighbouring clauses, and in the same order, and of the similarity if that is given.
From 0.42 on a claim is supported, from 0.3 partly. A claim that calculates a figure without saying
of which others is `unchecked`, if nothing else is wrong with it. Weights and thresholds are fixed;
they come from one half of AttributionBench's development pairs (`bench/verdicts.py` measures on the
other).

What rules cannot see: paraphrase without common words, passages in another language than the claim.
"""

from citewire.services.citations.verdicts.digest import Digest, digest
from citewire.services.citations.verdicts.judge import Judgement, judge

__all__ = ["Digest", "Judgement", "digest", "judge"]
