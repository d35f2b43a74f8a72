"""`citewire key`: a fresh API key, and the line that lets it in."""

from citewire.services.access.keys import checked_owner, key_line, new_key


def make_key(owner: str) -> int:
    """Print a key for `owner`, which is kept nowhere, and its line for CITEWIRE_API_KEYS_FILE.

    Raises:
        ConfigurationError: nobody can be called so.
    """
    key = new_key()
    line = key_line(checked_owner(owner, "NAME"), key)
    print(f"The key, shown only now:\n{key}\nThe line for CITEWIRE_API_KEYS_FILE:\n{line}")
    return 0
