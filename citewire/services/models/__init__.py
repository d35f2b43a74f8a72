"""Language and embedding models, built once per process."""
