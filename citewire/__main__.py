"""`python -m citewire` is `citewire`."""

import sys


def main() -> int:
    """The command; Ctrl-C while it is still being loaded ends it as quietly as later."""
    try:
        # Deferred: loading takes a while, in which Ctrl-C may come.
        from citewire.scripts.cli import main as run
    except KeyboardInterrupt:
        return 130
    return run()


if __name__ == "__main__":
    sys.exit(main())
