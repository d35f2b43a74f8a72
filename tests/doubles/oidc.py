"""Providers of OpenID Connect: a real one in a process, and one that signs what a test wants."""

import base64
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.doubles.server_fixtures import free_port

CLIENT = "citewire"
Json = dict[str, Any]


class MadeUpProvider:
    """A provider over a socket; `hits` counts what was asked of it by path."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.published = [self.key]
        self.hits: dict[str, int] = {}
        self.codes: dict[str, Json] = {}
        self.claims: Json = {}
        self.is_down = False
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.answer(self, {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                provider.answer(self, {k: v[0] for k, v in parse_qs(body.decode()).items()})

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, request: BaseHTTPRequestHandler, form: Json) -> None:
        self.hits[request.path] = self.hits.get(request.path, 0) + 1
        status, told = self.told(request.path, form) if not self.is_down else (500, {})
        content = json.dumps(told).encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    def told(self, path: str, form: Json) -> tuple[int, Json]:
        match path:
            case "/.well-known/openid-configuration":
                endpoints = {"authorization": "authorize", "token": "token"}
                return 200, {
                    "issuer": self.issuer,
                    "jwks_uri": f"{self.issuer}/keys",
                    **{f"{k}_endpoint": f"{self.issuer}/{v}" for k, v in endpoints.items()},
                }
            case "/keys":
                return 200, {"keys": [key.as_dict(private=False) for key in self.published]}
            case "/token":
                return self.exchange(form)
        return 404, {}

    def authorise(self, url: str, **claims: Any) -> tuple[str, str]:
        """Let somebody in who was sent to `url`; gives code and state."""
        asked = {k: v[0] for k, v in parse_qs(urlsplit(url).query).items()}
        code = f"code{len(self.codes)}"
        self.codes[code] = asked | {"claims": claims}
        return code, asked["state"]

    def exchange(self, form: Json) -> tuple[int, Json]:
        asked = self.codes.pop(form["code"], None)  # once
        if asked is None or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        hashed = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(hashed).rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        claims = {"nonce": asked["nonce"], **asked["claims"]}
        return 200, {"id_token": self.token(**claims), "token_type": "Bearer"}

    def token(self, *, key: RSAKey | None = None, kid: str | None = None, **claims: Any) -> str:
        """A token of this provider's, right but for what is given; None leaves a claim out."""
        key, now = key or self.key, int(time.time())
        usual = {"iss": self.issuer, "aud": CLIENT, "sub": "ann", "iat": now, "exp": now + 600}
        told = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": kid or key.kid}, told, key)


@contextmanager
def made_up_provider() -> Iterator[MadeUpProvider]:
    """One that answers inside the block."""
    provider = MadeUpProvider()
    thread = Thread(target=provider.server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield provider
    finally:
        provider.server.shutdown()
        thread.join()
        provider.server.server_close()


@contextmanager
def real_provider() -> Iterator[str]:
    """The address of oidc-provider-mock, in a process of its own."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    quiet = subprocess.DEVNULL
    env = {**os.environ, "PYTHONPATH": ""}
    with subprocess.Popen(command, stdout=quiet, stderr=quiet, env=env) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_up(url, process)
            yield url
        finally:
            process.terminate()


def _wait_until_up(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        assert process.poll() is None, "the provider ended"
        try:
            httpx.get(f"{url}/.well-known/openid-configuration", trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the provider did not start")


def allow(url: str, sub: str) -> str:
    """Sign in at the real provider, where one was sent to `url`; gives where it sends one back."""
    answer = httpx.post(url, data={"sub": sub}, trust_env=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]
