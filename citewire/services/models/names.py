"""What the embedding model is called in the index, and its size; told without loading it."""

from citewire.settings.groups import ModelSettings

MINILM = "all-MiniLM-L6-v2-int8"
MULTILINGUAL_E5 = "multilingual-e5-small-q4"
LOCAL_DIMS = 384
KNOWN_DIMS = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}


def embedding_name(models: ModelSettings) -> str:
    """Name the embedding model of the settings as the index knows it."""
    if models.embeddings_from == "openai":
        return models.embed_model
    return MINILM if models.local_model == "minilm" else MULTILINGUAL_E5


def embedding_dims(models: ModelSettings) -> int | None:
    """Tell the size of its vectors, None if nobody says it."""
    if models.embeddings_from == "local":
        return LOCAL_DIMS
    return models.embed_dim or KNOWN_DIMS.get(models.embed_model)
