"""The `citewire` command: reads the arguments and does what they say."""

import sys
from collections.abc import Sequence

from citewire.errors import CitewireError, ConfigurationError
from citewire.scripts.arguments import build_parser

FAILED = 1
MISUSED = 2
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code: 0 done, 1 something failed, 2 wrongly configured."""
    arguments = build_parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
        return code
    except ConfigurationError as error:
        print(f"citewire: {error}", file=sys.stderr)
        return MISUSED
    except CitewireError as error:
        print(f"citewire: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        # For what runs until it is stopped, that is the good end.
        is_endless = arguments.command in ("serve", "demo") or getattr(arguments, "watch", False)
        return 0 if is_endless else INTERRUPTED
