"""The files of a local model, as a package brings them: found, and compared with what is known."""

import hashlib
import os
from importlib.util import find_spec
from pathlib import Path

from citewire.errors import ConfigurationError


def weights_of(module: str, file: str, sha256: str, *, install: str) -> Path:
    """The path of a model's file in an installed package, which is not imported.

    Args:
        module: its package.
        file: its path in there.
        sha256: of the one file whose vectors are comparable.
        install: what to install if it is missing, for a person.

    Raises:
        ConfigurationError: it is missing, or another one.
    """
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise ConfigurationError(
            f"the local embedding model is not installed: `pip install {install}`, "
            "or set OPENAI_API_KEY to embed with a provider"
        )
    path = Path(next(iter(spec.submodule_search_locations))) / file
    try:
        with path.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise ConfigurationError(f"the local embedding model cannot be read: {error}") from error
    if found != sha256:
        raise ConfigurationError(
            f"{path} is not the local embedding model that was measured (SHA-256 differs): "
            f"`pip install --force-reinstall {install}`"
        )
    return path


def cpu_count() -> int:
    """CPUs that this process may use, which in a container are fewer than the machine's."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        return os.cpu_count() or 1
