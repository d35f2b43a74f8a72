"""The identity of a report, from its first pages, the properties of its file and its name.

Rules only: what none of them tells stays empty, for people to fill in.
"""

from dataclasses import replace

from citewire.content.identity import Identity
from citewire.content.report import Report
from citewire.services.reading.identity.first_pages import FirstPages, first_pages
from citewire.services.reading.identity.kinds import find_kind
from citewire.services.reading.identity.organisations import find_organisation, traded_as
from citewire.services.reading.identity.periods import find_periods


def with_identity(report: Report, file_name: str) -> Report:
    """`report`, whose withheld text is marked, with the identity that its beginning tells.

    Args:
        report: as it was read.
        file_name: of its file, with the ending.
    """
    return replace(report, identity=identify(first_pages(report, file_name)))


def identify(told: FirstPages) -> Identity:
    """Which report it is, as far as its beginning tells."""
    kind = find_kind(told)
    organisation = find_organisation(told, kind)
    return Identity(
        organisation=organisation,
        periods=find_periods(told, kind),
        kind=kind,
        aliases=traded_as(told) if organisation else (),
    )
