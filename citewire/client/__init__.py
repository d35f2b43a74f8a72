"""The library that people import: a server asked over HTTP, or Citewire in one's own process."""
