"""Whether a cited passage supports a claim, by rules alone: no model, no I/O."""

from citewire.services.citations.verdicts.digest import Digest, digest
from citewire.services.citations.verdicts.judge import Judgement, judge

__all__ = ["Digest", "Judgement", "digest", "judge"]
