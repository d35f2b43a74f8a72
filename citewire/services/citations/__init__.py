"""What an answer cites: markers, spans, quotes, verdicts; pure functions."""
