"""Which report a document is: of which organisation, about which periods, of what kind."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells a report from others that say the same.

    Args:
        organisation: whose report it is, as it is written there; empty if it cannot be told.
        periods: that it is about, as `text.report_periods` writes them.
        kind: as `text.report_kinds` names it; empty if it cannot be told.
        aliases: other names of the organisation: what its shares are traded by.
    """

    organisation: str = ""
    periods: tuple[str, ...] = ()
    kind: str = ""
    aliases: tuple[str, ...] = ()
