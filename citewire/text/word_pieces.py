"""The pieces that words are cut into for the local embedding model, in the order of their numbers.

They are those of BERT (uncased), from Google, under the Apache License 2.0.
"""

from importlib.resources import files


def word_pieces() -> list[str]:
    """All pieces; those that go on with a word begin with `##`, signs of the model with `[`."""
    return files(__package__).joinpath("word_pieces.txt").read_text("utf-8").split("\n")[:-1]
