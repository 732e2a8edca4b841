# SPDX-License-Identifier: GPL-3.0-or-later
"""Real servers on loopback for the tests of the API client: scripted HTTP ones, and raw sockets for bad manners."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

KEY = "RJ-0123456789-a-key-that-nobody-may-see"


@dataclass
class Reply:
    """One scripted answer. A body that is not bytes is sent as JSON; `length` overrides the Content-Length."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None


@dataclass
class Seen:
    """One request as the server received it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class _QuietServer(ThreadingHTTPServer):
    """Says nothing about clients that hang up, as some tests want them to."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


Script = Reply | Callable[[Seen], Reply]


class Server:
    """Answers each (method, path) with its replies in turn, the last one again and again. Keeps what it saw."""

    def __init__(self) -> None:
        self.replies: dict[tuple[str, str], list[Script]] = {}
        self.seen: list[Seen] = []
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                seen = Seen(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
                reply = server.reply_to(seen)
                data = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if "Transfer-Encoding" not in reply.headers:
                    self.send_header("Content-Length", str(len(data) if reply.length is None else reply.length))
                self.end_headers()
                self.wfile.write(data)
                if reply.length is not None:
                    self.close_connection = True

            do_GET = do_POST = do_PUT = _serve  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self._http = _QuietServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        self.port = self._http.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self.other_name = f"http://localhost:{self.port}"

    def on(self, method: str, path: str, *replies: Script) -> None:
        """Script the answers to one call."""
        self.replies[method, path] = list(replies)

    def reply_to(self, seen: Seen) -> Reply:
        with self._lock:
            self.seen.append(seen)
            script = self.replies.get((seen.method, seen.path))
            if not script:
                return Reply({"message": "not scripted"}, 404)
            reply = script.pop(0) if len(script) > 1 else script[0]
        return reply(seen) if callable(reply) else reply

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    """A scripted HTTP server."""
    made = Server()
    yield made
    made.close()


@pytest.fixture
def storage() -> Iterator[Server]:
    """A second one, to stand for object storage."""
    made = Server()
    yield made
    made.close()


@pytest.fixture
def reply() -> type[Reply]:
    return Reply


@pytest.fixture
def key() -> str:
    return KEY


@pytest.fixture
def waits() -> list[float]:
    """The waits that the client of `client_for` asked for, in seconds; none of them is waited."""
    return []


@pytest.fixture
def client_for(waits: list[float]) -> Iterator[Callable[..., Any]]:
    """Makes clients that record their waits instead of sleeping."""
    from renderjuice.api.client import Client

    made = []

    def make(base_url: str, api_key: str = KEY, **options: Any) -> Client:
        options.setdefault("sleep", waits.append)
        options.setdefault("timeouts", (5.0, 5.0))
        client = Client(base_url, api_key, **options)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(client_for: Callable[..., Any], server: Server) -> Any:
    """A client of the scripted server."""
    return client_for(server.url)


@pytest.fixture
def raw_server() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Starts a server that hands each accepted connection to a function, and gives its address.

    The number of connections so far is `raw_server.count`.
    """
    listeners: list[socket.socket] = []
    stop = threading.Event()

    def start(handle: Callable[[socket.socket], None]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def one(connection: socket.socket) -> None:
            with connection:
                try:
                    handle(connection)
                except OSError:
                    return  # the client hung up, as some tests want it to

        def accept() -> None:
            while not stop.is_set():
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                start.count += 1  # type: ignore[attr-defined]
                threading.Thread(target=one, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    start.count = 0  # type: ignore[attr-defined]
    yield start
    stop.set()
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.fixture
def free_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """No proxy, certificate bundle or netrc of this machine has a say."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "no-netrc"))
