"""Words of the trade: what questions call by one name and reports by another."""
