"""What a run tells: an answer as it grows, its events, its end, and the turn that is stored."""
