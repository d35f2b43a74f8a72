"""Single pages of reports, for who checks a citation: taken from the original or from a copy."""
