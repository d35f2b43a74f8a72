"""The real server for the browser's tests: `python -m tests.doubles.web_server FOLDER`.

Starts the stand-in provider, an embedded Redis and `citewire serve` on the sample reports, and
says `{"url": …, "standin": …}`. Then it does what it is told, a word per line, and answers `ok`:
`kill` (as a crash), `stop` (SIGTERM), `start` (at the same address). Its input's end ends it.

With `--people` the server is closed and has no reports, and people sign in with a real provider of
OpenID Connect, whose address is said as `provider`.
"""

import json
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx

from citewire.storage.embedded.client import open_embedded_redis
from tests.doubles.oidc import CLIENT, real_provider
from tests.doubles.server_fixtures import KEY, STOP_S, Server, free_port, run_server

PAGES_ELSEWHERE = "http://127.0.0.1:47613"
"""Of the browser's tests: a page that embeds the elements of the package."""
SAMPLES = Path(__file__).parents[2] / "samples" / "reports"


def main(folder: Path, *, people: bool) -> None:
    """Serve until the input ends."""
    with ExitStack() as opened:
        standin = _start_standin(opened)
        redis_url = opened.enter_context(open_embedded_redis(folder / "redis"))
        settings: dict[str, Any] = {
            "redis_url": redis_url,
            "openai_base_url": f"{standin}/v1",
            "openai_api_key": KEY,
            "data_dir": folder / "data",
            "model_retries": 0,
            "shutdown_grace_s": 2,
            "cors_origins": PAGES_ELSEWHERE,
        }
        said: dict[str, str] = {}
        if people:
            said["provider"] = provider = opened.enter_context(real_provider())
            settings |= {"oidc_issuer": provider, "oidc_client_id": CLIENT}
            settings["oidc_client_secret"] = "s"
        settings["port"] = free_port()
        server = _start(opened, folder, settings)
        if not people:
            _upload(server)
        _say(url=server.url, standin=standin, **said)
        for line in sys.stdin:
            match line.strip():
                case "kill":
                    server.process.kill()
                    server.process.wait(STOP_S)
                case "stop":
                    server.process.send_signal(signal.SIGTERM)
                    server.process.wait(STOP_S)
                case "start":
                    server = _start(opened, folder, settings)
            _say(ok=True)


def _start_standin(opened: ExitStack) -> str:
    script = Path(__file__).with_name("standin.py")
    process = opened.enter_context(
        subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE)
    )
    opened.callback(process.terminate)
    assert process.stdout is not None
    return f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"


def _upload(server: Server) -> None:
    """Through the service itself: a process of its own would load everything again."""
    files = [("files", (path.name, path.read_bytes())) for path in sorted(SAMPLES.glob("*.pdf"))]
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
        job = client.post("/documents", data={"folder": "samples"}, files=files).json()
        with client.stream("GET", f"/jobs/{job['job_id']}/events") as events:
            assert '"status":"done"' in events.read().decode()


def _start(opened: ExitStack, folder: Path, settings: dict[str, Any]) -> Server:
    return opened.enter_context(run_server(folder / "server", **settings))


def _say(**facts: object) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    where = Path(sys.argv[1])
    try:
        main(where, people="--people" in sys.argv[2:])
    finally:
        shutil.rmtree(where, ignore_errors=True)
