"""The steps of the Dockerfile, run in bare folders: `make check-container`.

For where there is no container engine. What the images of Python and Node.js hold is stood in for:
Debian's smallest system (debootstrap) with this machine's own Python under /usr/local, or its
Node.js. All else is as it stands: every RUN and COPY of every stage, with its user and environment,
changed only into the folder of its stage. Then the stages `service` and `valkey` run as
compose.yaml runs them, on root folders that nothing can be written to, and answer a question.

It needs root, Linux, debootstrap and the network, and takes some minutes. What it does not try:
layers, the engine's own networks and limits, other processors than this one.
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from tests.doubles.dockerfile import Stage, read_dockerfile, words_of
from tests.doubles.server_fixtures import free_port

ROOT = Path(__file__).parents[1]
DEBIAN = "bookworm"
LIBRARIES = "ca-certificates,libssl3,libffi8,libsqlite3-0,zlib1g,libbz2-1.0,liblzma5,libreadline8"
"""What Python's image has beside Python; and certificates."""
SETTINGS = (
    *("etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt"),
    *("etc/pip.conf", "etc/xdg/pip", "root/.config/pip", "usr/etc/npmrc", "root/.npmrc"),
)
"""This machine's own way to its package registries."""
KEPT_ENV = ("PIP_", "NPM_", "npm_", "NODE_EXTRA", "SSL_", "http_proxy", "https_proxy", "no_proxy")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "static")
"""What .dockerignore keeps out of the folders that are copied."""
PROGRAMS_OF_BUILDING = ("gcc", "cc", "make", "pip", "pip3", "node", "npm", "git", "uv")
PASSWORD = "a-password"
READY_S = 120


@dataclass
class Built:
    """A stage after its steps: its folder, and how what it holds is run."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    user: str = "0"
    workdir: str = "/"
    said: dict[str, str] = field(default_factory=dict)


def main() -> int:
    """Build all stages, then run what they are for; gives the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--folder", type=Path, help="kept afterwards, with the bare systems")
    folder = parser.parse_args().folder
    with ExitStack() as opened:
        where = folder or Path(opened.enter_context(TemporaryDirectory(prefix="citewire-bare-")))
        where.mkdir(parents=True, exist_ok=True)
        built: dict[str, Built] = {}
        for stage in read_dockerfile(ROOT / "Dockerfile"):
            began = time.monotonic()
            built[stage.name] = _build(stage, built, where)
            print(f"{stage.name}: built in {time.monotonic() - began:.0f} s", flush=True)
        service = built["service"]
        _check_nothing_builds(service)
        size = subprocess.check_output(["du", "--summarize", "--bytes", service.folder], text=True)
        print(f"service: {int(size.split()[0]) / 1e6:.0f} MB with the bare system", flush=True)
        _check_it_answers(service, built["valkey"], where)
    print("the Dockerfile's steps work, and what they make answers")
    return 0


def _build(stage: Stage, built: dict[str, Built], where: Path) -> Built:
    made = Built(where / stage.name)
    shutil.rmtree(made.folder, ignore_errors=True)
    base = _bare_system(stage.base, where)
    subprocess.run(["cp", "--archive", "--reflink=auto", base, made.folder], check=True)
    if stage.base.startswith("python"):
        made.env["PATH"] = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
    for word, argument in stage.steps:
        _take(word, argument, made, built)
    return made


def _take(word: str, argument: str, made: Built, built: dict[str, Built]) -> None:
    match word:
        case "WORKDIR":
            made.workdir = argument
            (made.folder / argument.lstrip("/")).mkdir(parents=True, exist_ok=True)
        case "ENV":
            for pair in shlex.split(argument):
                name, value = pair.split("=", 1)
                made.env[name] = value.replace("$PATH", made.env.get("PATH", ""))
        case "USER":
            made.user = argument
        case "RUN":
            print(f"  RUN {argument[:100]}", flush=True)
            command = _inside(made, ["/bin/sh", "-c", argument], env=_registries())
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        case "COPY":
            _copy(argument.split(), made, built)
        case _:
            made.said[word] = argument


def _copy(words: list[str], made: Built, built: dict[str, Built]) -> None:
    source = ROOT
    if words[0].startswith("--from="):
        source = built[words.pop(0).removeprefix("--from=")].folder
    *names, to = words
    for name in names:
        path = source / name.lstrip("/")
        target = made.folder / os.path.normpath(f"{made.workdir}/{to}").lstrip("/")
        if to.startswith("/"):
            target = made.folder / to.lstrip("/")
        if to.endswith("/"):
            target /= path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            ignore = LEFT_OUT if source == ROOT else None
            shutil.copytree(path, target, symlinks=True, ignore=ignore, dirs_exist_ok=True)
        else:
            shutil.copy(path, target)


def _bare_system(image: str, where: Path) -> Path:
    """The folder that stands in for an image; made once."""
    name = image.partition(":")[0]
    made = where / f"bare-{name}"
    if not made.is_dir():
        debian = _debian(where)
        unfinished = made.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        subprocess.run(["cp", "--archive", "--reflink=auto", debian, unfinished], check=True)
        {"python": _add_python, "node": _add_node}[name](unfinished)
        unfinished.rename(made)
    return made


def _debian(where: Path) -> Path:
    made = where / "debian"
    if not made.is_dir():
        asked = ["apt-get", "indextargets", "--format", "$(REPO_URI)"]
        mirror = subprocess.check_output(asked, text=True).split()[0]
        unfinished = where / "debian.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        options = ["--variant=minbase", f"--include={LIBRARIES}"]
        subprocess.run(
            ["debootstrap", *options, DEBIAN, unfinished, mirror],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        for name in SETTINGS:
            _copy_of_machine(Path("/", name), unfinished / name)
        unfinished.rename(made)
    return made


def _copy_of_machine(path: Path, target: Path) -> None:
    if not path.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.copytree(path, target, dirs_exist_ok=True)
    else:
        shutil.copy(path, target)


def _add_python(system: Path) -> None:
    local = system / "usr" / "local"
    own = Path(sys.base_prefix)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    ignore = shutil.ignore_patterns("site-packages", "__pycache__", "test")
    shutil.copytree(own / "lib", local / "lib", True, ignore, dirs_exist_ok=True)
    shutil.copy(own / "bin" / version, local / "bin" / version)
    for name in ("python", "python3"):
        link = local / "bin" / name
        link.unlink(missing_ok=True)
        link.symlink_to(version)
    # pip alone, as the image has it.
    places = local / "lib" / version / "site-packages"
    places.mkdir(parents=True)
    made = Built(system)
    for command in (["ldconfig"], ["python", "-m", "ensurepip"]):
        inside = _inside(made, command, env=_registries())
        subprocess.run(inside, check=True, stdout=subprocess.DEVNULL)
    asked = ["python", "-m", "pip", "install", "--quiet", "--upgrade", "pip", "setuptools", "wheel"]
    subprocess.run(_inside(made, asked, env=_registries()), check=True)


def _add_node(system: Path) -> None:
    node = Path(shutil.which("node") or "").resolve()
    npm = Path(shutil.which("npm") or "").resolve().parents[1]  # …/npm/bin/npm-cli.js
    shutil.copy(node, system / "usr" / "local" / "bin" / "node")
    shutil.copytree(npm, system / "usr" / "local" / "lib" / "node_modules" / "npm", symlinks=True)
    link = system / "usr" / "local" / "bin" / "npm"
    link.symlink_to("../lib/node_modules/npm/bin/npm-cli.js")


def _registries() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(KEPT_ENV)}


def _inside(
    made: Built,
    command: Sequence[str],
    *,
    env: dict[str, str] | None = None,
    data: Path | None = None,
) -> list[str]:
    """The command that runs another in a built folder; with `data`, nothing else is written to."""
    root = shlex.quote(str(made.folder))
    known = {
        "HOME": "/root",
        "PATH": "/usr/local/bin:/usr/local/sbin:/usr/bin:/bin:/usr/sbin:/sbin",
    }
    words = [f"{name}={value}" for name, value in {**known, **(env or {}), **made.env}.items()]
    mounts = [f"mount --bind {root} {root}"]
    if data is not None:
        mounts += [f"mount -o remount,bind,ro {root}"]
        mounts += [f"mount --bind {shlex.quote(str(data))} {root}/data"]
        mounts += [f"mount -t tmpfs tmpfs {root}/tmp"]
    mounts += [f"mount -t proc proc {root}/proc", f"mount --rbind /dev {root}/dev"]
    inner = ["/bin/sh", "-c", f"cd {shlex.quote(made.workdir)} && exec {shlex.join(command)}"]
    user = f"--userspec={made.user}:{made.user}"
    run = shlex.join(["chroot", user, str(made.folder), "/usr/bin/env", "-i", *words, *inner])
    script = " && ".join([*mounts, f"exec {run}"])
    return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "/bin/sh", "-c", script]


def _check_nothing_builds(service: Built) -> None:
    for program in PROGRAMS_OF_BUILDING:
        look = _inside(service, ["sh", "-c", f"! command -v {program}"])
        subprocess.run(look, check=True, stdout=subprocess.DEVNULL)
    imported = _inside(service, ["python", "-c", "import pip"])
    assert subprocess.run(imported, capture_output=True, check=False).returncode != 0


def _check_it_answers(service: Built, valkey: Built, where: Path) -> None:
    redis_port, port = free_port(), free_port()
    redis_url = f"redis://:{PASSWORD}@127.0.0.1:{redis_port}/0"
    modules = ["--loadmodule", "/opt/modules/redisearch.so", "TIMEOUT", "5000", "ON_TIMEOUT"]
    modules += ["FAIL", "--loadmodule", "/opt/modules/rejson.so"]
    command = ["valkey-server", "--port", str(redis_port), "--requirepass", PASSWORD]
    command += ["--appendonly", "yes", "--maxmemory-policy", "noeviction", "--dir", "/data"]
    settings = {
        "CITEWIRE_REDIS_URL": redis_url,
        "CITEWIRE_ANSWERS": "extractive",
        "CITEWIRE_EMBEDDINGS": "local",
        "CITEWIRE_WORKERS": "2",
    }
    service.env |= {"CITEWIRE_PORT": str(port)}
    served = [*words_of(service.said["ENTRYPOINT"]), *words_of(service.said["CMD"])]
    health = words_of(service.said["HEALTHCHECK"].partition(" CMD ")[2])
    with (
        _running(valkey, [*command, *modules], {}, where / "data-valkey") as _,
        _running(service, served, settings, where / "data-service") as process,
    ):
        _wait_until_well(service, health, process)
        _ask(f"http://127.0.0.1:{port}")
        doctor = _inside(service, ["citewire", "doctor"], env=settings, data=where / "data-service")
        subprocess.run(doctor, check=True)


@contextmanager
def _running(
    made: Built, command: Sequence[str], env: dict[str, str], data: Path
) -> "Iterator[subprocess.Popen[bytes]]":
    """Run a command until the block is left; it must end well within the time compose gives it."""
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    os.chown(data, int(made.user), int(made.user))
    with subprocess.Popen(_inside(made, command, env=env, data=data)) as process:
        try:
            yield process
            # unshare's child is the first process of its own; it is the one to be told.
            [child] = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            subprocess.run(["kill", "-TERM", child], check=True)
            assert process.wait(20) == 0, "it does not end well"
        finally:
            process.kill()


def _wait_until_well(
    service: Built, health: Sequence[str], process: "subprocess.Popen[bytes]"
) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        assert process.poll() is None, "the service ended"
        look = subprocess.run(_inside(service, health), capture_output=True, check=False)
        if look.returncode == 0:
            return
        time.sleep(1)
    raise AssertionError("the service does not get well")


def _ask(url: str) -> None:
    with httpx.Client(base_url=url, timeout=120, trust_env=False) as client:
        page = client.get("/")
        assert "<title>Citewire</title>" in page.text
        report = ROOT / "samples" / "reports" / "annual-report-2024.pdf"
        files = [("files", (report.name, report.read_bytes()))]
        job = client.post("/documents", data={"folder": "samples"}, files=files).json()
        with client.stream("GET", f"/jobs/{job['job_id']}/events") as events:
            told = events.read().decode()
        assert '"status":"done"' in told, told
        answer = client.post("/chat", json={"message": "How much did revenue grow in 2024?"}).json()
        assert answer["citations"], answer
        print(f"asked: {json.dumps(answer['answer'])[:120]}", flush=True)
        assert client.get("/readyz").json()["status"] == "ready"


if __name__ == "__main__":
    sys.exit(main())
