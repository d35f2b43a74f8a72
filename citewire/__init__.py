"""Citewire: streamed, cited answers from folders of reports."""

__version__ = "0.1.0"
