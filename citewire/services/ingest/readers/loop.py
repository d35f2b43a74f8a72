"""The loop of a reading process: one file after another, within limits, until nobody asks."""

import contextlib
import ctypes
import logging
import os
import signal
import sys
import threading
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from citewire.errors import DocumentError
from citewire.services.ingest.readers.exchange import LookTask, ReadTask, Unread, Working

logger = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1
_NICENESS = 10


def serve_reading(connection: Connection, memory_bytes: int) -> None:
    """Read the files that are asked for, until the other side is gone.

    Args:
        connection: takes a `ReadTask` or a `LookTask`, gives its answers, then None.
        memory_bytes: limit of the address space.
    """
    # Ctrl-C reaches the whole group; who started this process ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _give_way()
    _end_with_parent()
    _limit_memory(memory_bytes)
    with connection, contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            _serve(connection, connection.recv(), memory_bytes)


def _serve(connection: Connection, task: ReadTask | LookTask, memory_bytes: int) -> None:
    # Deferred: the run itself needs no readers. Loaded by the process that this one is forked of.
    from citewire.services.ingest.readers.extraction import answers

    try:
        for answer in answers(task, lambda: connection.send(Working())):
            connection.send(answer)
        connection.send(None)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        raise
    except DocumentError as error:
        connection.send(Unread(str(error)))
    except MemoryError:
        limit = memory_bytes // 2**20
        connection.send(Unread(f"it needs more than {limit} MB of memory to be read"))
    except OSError as error:
        connection.send(Unread(f"cannot be read: {error.strerror or error}"))
    except Exception as error:
        # Whatever a hostile file makes a reader raise concerns that file alone.
        logger.debug("reading failed", exc_info=True)
        connection.send(Unread(f"broken: its reader failed ({type(error).__name__}: {error})"))


def _give_way() -> None:
    """Let whoever asks questions meanwhile go first, and Redis, which answers them."""
    with contextlib.suppress(AttributeError, OSError):  # not on every system
        os.nice(_NICENESS)


def _limit_memory(memory_bytes: int) -> None:
    try:
        import resource  # not on every system
    except ImportError:
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with_parent() -> None:
    """A file that hangs its reader must not outlive a run that was killed."""
    if sys.platform == "linux":
        # The process that forked this one ends with the run; also C code that hangs is ended.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_exit_after, args=(parent,), daemon=True).start()


def _exit_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
