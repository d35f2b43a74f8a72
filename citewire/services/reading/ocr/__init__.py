"""Text read from pictures: of scanned pages, and of files that are pictures."""
