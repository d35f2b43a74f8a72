"""What passages tell of the identity of their document: for people, and by which it is found.

A label is what passages are filtered by: hexadecimal, as `owner_tag`, because names in tag queries
may match nothing.
"""

import hashlib
from collections.abc import Iterable

from citewire.content.identity import Identity
from citewire.text.organisations import name_words, normal_name
from citewire.text.report_kinds import kind_term, with_broader
from citewire.text.report_periods import period_term, widened
from citewire.text.words import fold, search_terms


def organisation_labels(names: Iterable[str]) -> tuple[str, ...]:
    """What reports of the organisations called so are filtered by."""
    return _labels("organisation", map(normal_name, names))


def period_labels(periods: Iterable[str]) -> tuple[str, ...]:
    """What reports about these periods are filtered by."""
    return _labels("period", periods)


def kind_labels(kinds: Iterable[str]) -> tuple[str, ...]:
    """What reports of these kinds are filtered by."""
    return _labels("kind", (" ".join(fold(kind).split()) for kind in kinds))


def identity_fields(identity: Identity) -> dict[str, str]:
    """The fields of a passage that tell the identity of its document.

    An annual report that is a 10-K is found as both, a quarter with its year.
    """
    labels = (
        *organisation_labels(name for name in (identity.organisation, *identity.aliases) if name),
        *period_labels(widened(identity.periods)),
        *kind_labels(with_broader(identity.kind) if identity.kind else ()),
    )
    return {
        "organisation": identity.organisation,
        "periods": " ".join(identity.periods),
        "document_kind": identity.kind,
        "labels": ",".join(labels),
    }


def about_terms(identity: Identity) -> tuple[str, ...]:
    """The words by which a document is called after its identity, as they are indexed."""
    names = " ".join((*name_words(identity.organisation), *identity.aliases))
    kinds = with_broader(identity.kind) if identity.kind else ()
    periods = map(period_term, widened(identity.periods))
    return (*search_terms(names), *periods, *map(kind_term, kinds))


def _labels(field: str, values: Iterable[str]) -> tuple[str, ...]:
    return tuple(
        hashlib.sha256(f"{field}\0{value}".encode("utf-8", "backslashreplace")).hexdigest()[:16]
        for value in dict.fromkeys(values)
    )
