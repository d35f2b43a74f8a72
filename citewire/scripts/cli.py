"""The `citewire` command: reads the arguments and does what they say."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from citewire.errors import CitewireError, ConfigurationError
from citewire.scripts.arguments import build_parser
from citewire.scripts.plain_text import explained, harmless, told_by_system

FAILED = 1
MISUSED = 2
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code: 0 done, 1 something failed, 2 wrongly configured."""
    arguments = build_parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()  # a full disk may show no sooner
        return code
    except ConfigurationError as error:
        return _failed(explained(error), MISUSED)
    except CitewireError as error:
        return _failed(explained(error), FAILED)
    except BrokenPipeError:
        # Whoever reads, `head` say, has enough.
        _forget_output()
        return FAILED
    except OSError as error:
        _forget_output()
        return _failed(told_by_system(error), FAILED)
    except KeyboardInterrupt:
        # For what runs until it is stopped, that is the good end.
        is_endless = arguments.command in ("serve", "demo", "mcp") or getattr(
            arguments, "watch", False
        )
        return 0 if is_endless else INTERRUPTED


def _failed(why: str, code: int) -> int:
    with suppress(OSError):  # the same disk may be full for it
        print(f"citewire: {harmless(why)}", file=sys.stderr)
    return code


def _forget_output() -> None:
    """Leave what could not be written, which Python would else try once more when it ends."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError:
        with suppress(OSError), open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
