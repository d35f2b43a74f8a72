"""Ingestion end to end beside each of its parts alone: reading, embedding, writing to Redis.

`make bench` runs it as a process of its own, as `citewire ingest` is one, on all cores; alone:
`python bench/ingest.py [--folder FOLDER | --reports 40 --pages 25]`. Its last line is the figures
as JSON. What is loaded once per run, such as the readers and LlamaIndex, is loaded before the clock
starts.
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory


def main() -> int:
    """Read the arguments, measure and print; gives the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--folder", type=Path, help="ingest the PDFs in it, not made-up reports")
    parser.add_argument("--reports", type=int, default=40, help="reports to make up")
    parser.add_argument("--pages", type=int, default=25, help="pages in each")
    arguments = parser.parse_args()
    # Deferred: each reading process loads this module anew, as it does the `citewire` command.
    from ingestion import run
    from reports import write_reports

    with TemporaryDirectory(prefix="citewire-bench-reports-") as name:
        folder = arguments.folder or Path(name)
        if arguments.folder is None:
            write_reports(folder, reports=arguments.reports, pages=arguments.pages)
        try:
            figures = asyncio.run(run(folder, sorted(folder.glob("*.pdf"))))
        except asyncio.CancelledError:
            return 130
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
