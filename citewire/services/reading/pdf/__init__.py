"""PDF reports: from characters with their boxes to pages of text in reading order."""
