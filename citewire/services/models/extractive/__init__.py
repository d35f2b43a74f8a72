"""Answers without a language model: the sentences of the passages that answer best."""
