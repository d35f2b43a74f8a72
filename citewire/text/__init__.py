"""Ground floor: words, sentences and tokens of any text; knows nothing of the rest."""
