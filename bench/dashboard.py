"""A picture of the dashboard from real metrics: a server of two workers lives through some minutes.

`python bench/dashboard.py docs/images/dashboard.png`, with `prometheus` (Debian's will do) on the
path and matplotlib installed. Meanwhile the stand-in answers worse for a while, refuses some calls,
files are uploaded, people leave, and a worker is killed.
"""

import argparse
import asyncio
import random
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psutil

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from citewire.storage.embedded.client import open_embedded_redis  # noqa: E402
from tests.doubles.chat_client import Told, open_chat_client  # noqa: E402
from tests.doubles.corpus import write_corpus  # noqa: E402
from tests.doubles.scraped import METRICS_KEY  # noqa: E402
from tests.doubles.server_fixtures import Server, free_port, run_server  # noqa: E402
from tests.doubles.standin_fixtures import Standin, running_standin  # noqa: E402

QUESTIONS = (
    "How many ships did Quillmere harbour count in 2023?",
    "In 2023, how many ships were counted by Quillmere harbour?",
)
UNKNOWN = "Which vaccine was approved in the Andes?"
GOOD = (
    "Quillmere harbour counted 538 ships in 2023 [1]. ",
    "In 2023 there were 538 ships that Quillmere harbour counted [1]. ",
)
BAD = (
    "Quillmere harbour counted 7,777 ships in 2019 [1]. ",
    "Quillmere harbour has the finest view of all [1]. It counted 538 ships in 2023 [1]. ",
)
CONFIG = """
global: {{scrape_interval: 3s, scrape_timeout: 3s}}
scrape_configs:
  - job_name: citewire
    authorization: {{credentials: {key}}}
    static_configs: [{{targets: ["{target}"]}}]
"""


def main() -> None:
    """Live, and draw."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("picture", type=Path)
    parser.add_argument("--minutes", type=float, default=8)
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        redis = stack.enter_context(open_embedded_redis(folder / "redis"))
        standin = stack.enter_context(running_standin())
        asyncio.run(write_corpus(redis, "shown", f"{standin}/v1"))
        settings = {
            "redis_url": redis,
            "namespace": "shown",
            "openai_base_url": f"{standin}/v1",
            "openai_api_key": "sk-stand-in",
            "metrics_key": METRICS_KEY,
            "log_level": "warning",
            "workers": 2,
            "max_runs": 40,
        }
        server = stack.enter_context(run_server(folder / "server", **settings))
        prometheus = stack.enter_context(_prometheus(folder, server))
        asyncio.run(_live(server, standin, 60 * given.minutes))
        draw = [sys.executable, str(ROOT / "bench/draw_dashboard.py"), prometheus.url]
        span = ["--minutes", str(given.minutes), "--window", "45s"]
        subprocess.run([*draw, str(given.picture), *span], check=True)


class _prometheus:  # noqa: N801 (used as a function)
    """A Prometheus that scrapes a server every three seconds."""

    def __init__(self, folder: Path, server: Server) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        config = folder / "prometheus.yaml"
        target = server.url.removeprefix("http://")
        config.write_text(CONFIG.format(key=METRICS_KEY, target=target))
        self._command = [
            *("prometheus", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}"),
            *(f"--storage.tsdb.path={folder / 'tsdb'}", "--log.level=warn"),
        ]

    def __enter__(self) -> "_prometheus":
        self._process = subprocess.Popen(self._command)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


async def _live(server: Server, standin_url: str, seconds: float) -> None:
    dice = random.Random(20)
    async with (
        httpx.AsyncClient(base_url=standin_url, trust_env=False) as provider,
        httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=30) as http,
        asyncio.TaskGroup() as tasks,
    ):
        standin, began = Standin(provider), time.monotonic()
        is_killed = is_uploaded = False
        while (at := (time.monotonic() - began) / seconds) < 1:
            is_worse, is_refusing = 0.35 < at < 0.6, 0.2 < at < 0.28
            bad = 0.6 if is_worse else 0.12
            await standin.configure(
                text=dice.choice(BAD if dice.random() < bad else GOOD),
                first_delay=dice.uniform(0.1, 0.5) * (2 if is_worse else 1),
                inter_delay=0.01,
                fail="429" if is_refusing else "",
                fail_kind="chat",
                fail_rate=0.4,
            )
            for _ in range(dice.choice((1, 1, 2))):
                tasks.create_task(_ask(server, dice.random(), dice.choice(QUESTIONS)))
            tasks.create_task(_look_around(http, dice.random()))
            if at > 0.7 and not is_killed:
                is_killed = True
                psutil.Process(server.process.pid).children()[0].send_signal(signal.SIGKILL)
            if at > 0.15 and not is_uploaded:
                is_uploaded = True
                tasks.create_task(_upload(http))
            await asyncio.sleep(1.2)


async def _ask(server: Server, chance: float, question: str) -> None:
    with suppress(httpx.HTTPError):
        async with open_chat_client(server.url) as chat:
            if chance < 0.05:
                await chat.listen(question, deltas=2)
            elif chance < 0.1:
                heard = []
                async with chat.asking(question) as events:
                    async for event in events:
                        heard.append(event)
                        if Told(heard).names.count("delta") == 3:
                            await chat.http.post(f"/chat_stream/{heard[0].data['run_id']}/stop")
            else:
                await chat.ask(UNKNOWN if chance < 0.22 else question)


async def _look_around(http: httpx.AsyncClient, chance: float) -> None:
    with suppress(httpx.HTTPError):
        for path in ("/chats", "/documents", "/readyz") if chance < 0.7 else ("/nothing", "/jobs"):
            await http.get(path)


async def _upload(http: httpx.AsyncClient) -> None:
    for number in range(8):
        text = f"The lighthouse of Ostry number {number} has {500 + number} lamps. " * 200
        files = [
            ("files", (f"lamps{number}.txt", text.encode())),
            ("files", (f"broken{number}.pdf", b"%PDF-1.7 nothing else")),
        ]
        with suppress(httpx.HTTPError):
            await http.post("/documents", data={"folder": "lamps"}, files=files)
        await asyncio.sleep(4)


if __name__ == "__main__":
    main()
