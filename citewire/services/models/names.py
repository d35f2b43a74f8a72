"""What the embedding model is called in the index, and its size; told without loading it."""

from citewire.settings.groups import ModelSettings

LOCAL_EMBEDDING = "all-MiniLM-L6-v2"
LOCAL_DIMS = 384
KNOWN_DIMS = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}


def embedding_name(models: ModelSettings) -> str:
    """Name the embedding model of the settings as the index knows it."""
    return LOCAL_EMBEDDING if models.embeddings_from == "local" else models.embed_model


def embedding_dims(models: ModelSettings) -> int | None:
    """Tell the size of its vectors, None if nobody says it."""
    if models.embeddings_from == "local":
        return LOCAL_DIMS
    return models.embed_dim or KNOWN_DIMS.get(models.embed_model)
