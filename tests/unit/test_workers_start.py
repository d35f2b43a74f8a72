"""Workers that cannot start for a reason that nobody foresaw: told once, in one line."""

import gc
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from citewire.errors import CitewireError
from citewire.scripts import workers
from citewire.settings import load_settings


@pytest.fixture
def process_as_before() -> Iterator[None]:
    """Whoever starts workers takes the signals, and stops collecting garbage."""
    before = {sig: signal.getsignal(sig) for sig in (signal.SIGINT, signal.SIGTERM)}
    yield
    gc.unfreeze()
    for sig, handler in before.items():
        signal.signal(sig, handler)


@pytest.mark.usefixtures("process_as_before")
@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PermissionError(13, "Permission denied", "/data"), "^/data: Permission denied$"),
        (KeyError("x"), r"^it cannot start: KeyError\('x'\) \(CITEWIRE_LOG_LEVEL=debug tells"),
    ],
)
def test_what_nobody_foresaw_is_told_once_without_a_traceback(
    error: Exception,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    monkeypatch.setattr(workers, "build_server", fail)
    settings = load_settings(
        redis_url="redis://127.0.0.1:1/0",
        data_dir=tmp_path,
        workers=3,
        port=0,
        answers="extractive",
    )

    with pytest.raises(CitewireError, match=told):
        workers.serve_workers(settings)
    assert capfd.readouterr() == ("", "")
