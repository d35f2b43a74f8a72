"""The audit log: who did what and saw which page, as OCSF events, one JSON object a line."""
