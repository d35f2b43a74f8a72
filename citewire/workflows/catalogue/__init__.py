"""The catalogue: what is answered of the documents themselves, without a search for an answer."""
