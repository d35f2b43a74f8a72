"""`python -m citewire` is `citewire`."""

import sys

from citewire.scripts.cli import main

if __name__ == "__main__":
    sys.exit(main())
