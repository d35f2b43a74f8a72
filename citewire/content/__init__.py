"""Ground floor: what was read of a report, as plain dataclasses."""
