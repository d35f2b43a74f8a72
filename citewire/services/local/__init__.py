"""Models that need no key: MiniLM embeddings, extractive answers, condensing by rule."""
