"""nginx and Caddy with the files of `deploy/`, in front of a server."""

import datetime
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.doubles.tools import find_debian

DEPLOY = Path(__file__).parents[2] / "deploy"
START_S = 20


@contextmanager
def running_nginx(folder: Path, upstream: str, port: int) -> Iterator[None]:
    """nginx as `deploy/nginx` has it, with TLS: at `/`, and below `/reports/`, too.

    Args:
        folder: for what it writes, and the certificate.
        upstream: host and port of the server.
        port: where it listens, on 127.0.0.1.
    """
    nginx = find_debian("nginx", "nginx-light")
    folder.mkdir()
    _write_certificate(folder)
    for name in ("citewire.conf", "citewire-prefix.conf", "citewire-proxy.conf"):
        text = (DEPLOY / "nginx" / name).read_text("utf-8")
        (folder / name).write_text(_placed(text, folder, upstream, port), "utf-8")
    text = (folder / "citewire.conf").read_text("utf-8")
    within = f"    include {folder}/citewire-prefix.conf;\n}}\n"
    (folder / "citewire.conf").write_text(re.sub(r"\}\n\Z", within, text), "utf-8")
    paths = " ".join(
        f"{name}_temp_path {folder}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/log;\n"
        f"events {{}}\nhttp {{ access_log off; {paths} include {folder}/citewire.conf; }}\n",
        "utf-8",
    )
    if os.geteuid() == 0:  # its workers are nobody's
        folder.chmod(0o755)
    command = [str(nginx), "-e", str(folder / "log"), "-c", str(folder / "nginx.conf")]
    with _running(command, port):
        yield


@contextmanager
def running_caddy(folder: Path, upstream: str, port: int) -> Iterator[None]:
    """Caddy as `deploy/caddy/Caddyfile.prefix` has it, without TLS: below `/reports/`."""
    caddy = find_debian("caddy", "caddy")
    folder.mkdir()
    config = DEPLOY / "caddy" / "Caddyfile.prefix"
    env = {
        **os.environ,
        "SITE_ADDRESS": f"http://127.0.0.1:{port}",
        "CITEWIRE_UPSTREAM": upstream,
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    command = [str(caddy), "run", "--config", str(config), "--adapter", "caddyfile"]
    with _running(command, port, env):
        yield


def _placed(text: str, folder: Path, upstream: str, port: int) -> str:
    """A file of `deploy/nginx` for this machine: its certificate, folder and ports."""
    text = text.replace("/etc/nginx", str(folder))
    text = text.replace("server 127.0.0.1:8000;", f"server {upstream};")
    text = re.sub(r"(ssl_certificate(_key)?) \S+;", rf"\1 {folder}/certificate.pem;", text)
    text = re.sub(r"listen 80;", f"listen unix:{folder}/plain;", text)
    return text.replace("listen 443 ", f"listen 127.0.0.1:{port} ")


def _write_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    kept = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM) + kept)


@contextmanager
def _running(
    command: Sequence[str], port: int, env: dict[str, str] | None = None
) -> Iterator[None]:
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as process:
        try:
            deadline = time.monotonic() + START_S
            while time.monotonic() < deadline and process.poll() is None:
                with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.02)
            else:
                process.kill()
                raise AssertionError(process.communicate()[1])
            yield
        finally:
            process.terminate()
            process.communicate(timeout=10)
