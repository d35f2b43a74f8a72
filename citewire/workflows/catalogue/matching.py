"""Which documents are called by given words."""

import re
from collections.abc import Sequence

from citewire.storage.library.documents import DocumentRecord
from citewire.text.report_kinds import with_broader
from citewire.text.report_periods import widened
from citewire.text.words import fold, stem

_SIGNS = re.compile(r"[\W_]+")
_WHOLE = 3
"""Words of so few letters must be words of the name; longer ones may be a part of one, since file
names run them together (`AMERICANEXPRESS_2022_10K.pdf`)."""


def weight_of(sought: Sequence[str]) -> int:
    """Add up what words count: one that may be a name twice as much as a number or a form."""
    return sum(2 if word.isalpha() else 1 for word in sought)


def weight_held(record: DocumentRecord, sought: Sequence[str]) -> int:
    """Add up what those words of `sought`, which are folded, count that a document is called by.

    Args:
        record: the document: title, date, names of its files, organisation, periods and kind count.
        sought: the words.
    """
    names = " ".join(place.path.rpartition("/")[2].rpartition(".")[0] for place in record.locations)
    kinds = with_broader(record.kind) if record.kind else ()
    identity = (record.organisation, *record.aliases, *widened(record.periods), *kinds)
    told = _SIGNS.sub(" ", fold(" ".join((record.title, names, record.date or "", *identity))))
    whole = frozenset(told.split())
    run_together = told.replace(" ", "")
    return weight_of(
        [
            word
            for word in sought
            if word in whole or (_is_long(word) and stem(word) in run_together)
        ]
    )


def _is_long(word: str) -> bool:
    """Whether it can hardly stand in another word by chance; "10k" is written in several ways."""
    return len(word) > _WHOLE or not (word.isalpha() or word.isdigit())
