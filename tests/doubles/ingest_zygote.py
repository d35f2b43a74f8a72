"""Runs `citewire` in processes that can be killed, without seconds of imports for each.

`python tests/doubles/ingest_zygote.py` reads lines such as `{"argv": ["ingest", "x"], "out": "f"}`
and answers each with the id of a process forked for it, later with its exit status. Reading
processes are forked, too: a fork server of their own would import everything again.
"""

import json
import os
import sys
import traceback

from citewire.scripts import documents, ingest, watch
from citewire.scripts.cli import main
from citewire.services.ingest import indexing
from citewire.services.ingest.readers import extraction
from citewire.services.ingest.readers import processes as parsing
from citewire.services.models import openai_chat, openai_embedding
from citewire.storage.library import passages

LOADED = (documents, ingest, watch, indexing, openai_chat, openai_embedding)


def run(argv: list[str], out: str) -> int:
    """Run `citewire` with its output in a file; never returns to the caller's loop."""
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    try:
        return main(argv)
    except BaseException:
        traceback.print_exc()
        return 99
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def serve() -> None:
    """Fork for each line of the input and tell how it went."""
    parsing._METHOD = "fork"
    # Many small steps: a process is killed between two of them, not before or after all.
    extraction.PASSAGES_PER_PART = 2
    passages.DELETE_BATCH = 2
    print("ready", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os._exit(run(asked["argv"], asked["out"]))
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    serve()
