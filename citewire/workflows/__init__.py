"""The workflow around one answer: condense, retrieve, synthesise."""
