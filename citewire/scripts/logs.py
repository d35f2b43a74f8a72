"""What the `citewire` command logs."""

import logging


def configure_logging(level: str) -> None:
    """Log to standard error from `level` on; libraries only from warnings on.

    Called after the imports, because redisvl replaces the root handler when it is imported, and
    then logs each query with all its results.
    """
    logging.basicConfig(
        format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=level.upper(), force=True
    )
    for chatty in ("llama_index", "redisvl", "httpx", "watchfiles"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
