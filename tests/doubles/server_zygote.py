"""Starts `citewire` by forking a process that has imported it, which saves seconds for each server.

`python -c "from tests.doubles.server_zygote import serve; serve()"` reads lines such as
`{"argv": ["serve"], "env": {}, "cwd": "folder", "out": "file", "err": "file"}`, answers each with
the id of the process, and tells when and how it has ended. (With -c there is no main module that
the processes which `citewire` starts would import again.)
"""

import importlib
import json
import os
import pkgutil
import signal
import sys
import traceback
from typing import Any

import citewire
from citewire.scripts.cli import main


def serve() -> None:
    """Fork for each line of the input."""
    for module in pkgutil.walk_packages(citewire.__path__, "citewire."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait
    # Not sys.stdin: those who are forked must have read nothing of theirs.
    with open(0, closefd=False) as asked:
        for line in asked:
            if os.fork() == 0:
                _run_and_wait(json.loads(line))


def _run_and_wait(asked: dict[str, Any]) -> None:
    """Run `citewire` as a child of this process, which lives as long."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        _become(**asked)
    _tell(started=pid)
    _, status = os.waitpid(pid, 0)
    _tell(ended=pid, code=os.waitstatus_to_exitcode(status))
    os._exit(0)


def _tell(**what: int) -> None:
    # In one go: others write to the same pipe.
    os.write(1, f"{json.dumps(what)}\n".encode())


def _become(argv: list[str], env: dict[str, str], cwd: str, out: str, err: str) -> None:
    """Be what `citewire` is when it is started with these."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    for target, (path, mode) in enumerate([(os.devnull, "rb"), (out, "ab"), (err, "ab")]):
        with open(path, mode) as source:
            os.dup2(source.fileno(), target)
    # Not by way of the interpreter's own end, where libraries look for threads they had before.
    os._exit(_code_of(argv))


def _code_of(argv: list[str]) -> int:
    try:
        return main(argv)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
