# SPDX-License-Identifier: GPL-3.0-or-later
"""A way to the farm that can be disturbed: answers get lost, are held back, or are others than the farm's.

It stands before the farm's API and its storage; the addresses in the API's answers lead to it as well.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from renderjuice.tests.support.waiting import PATIENCE
from renderjuice.tests.unit.jobs.artist import Farm

BLOCK = 64 * 1024


@dataclass(frozen=True)
class Canned:
    """An answer that the farm never gave."""

    status: int = 200
    body: bytes = b"{}"
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Rule:
    """What happens to the requests whose `METHOD path` matches, as often as `times` says.

    `hold`: the request waits, from its first byte on, until the rule is released. `lose`: the farm gets it, the client
    no answer, or the one that is `canned`. `cut`: not even the farm gets it. `canned`: an answer in the farm's place.
    `edit`: changes the JSON of the answer.
    """

    pattern: re.Pattern[str]
    times: float
    hold: bool = False
    lose: bool = False
    cut: bool = False
    canned: Canned | None = None
    edit: Callable[[Any], Any] | None = None
    arrived: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    answered: threading.Event = field(default_factory=threading.Event)

    def wait(self) -> None:
        """Until a request is held, or was disturbed otherwise."""
        assert self.arrived.wait(PATIENCE), f"no request like {self.pattern.pattern}"

    def release(self) -> None:
        """Let what is held go on, and disturb nothing more."""
        self.times = 0
        self.released.set()

    def wait_for_answer(self) -> None:
        """Until the client of a request that was held has its answer."""
        assert self.answered.wait(PATIENCE), f"no answer to a request like {self.pattern.pattern}"


class Proxy:
    """The rules, and what was seen: `METHOD path` and headers of every request."""

    def __init__(self, farm: Farm) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self.seen: list[tuple[str, Mapping[str, str]]] = []
        self._servers = [_server(self, farm.api_url), _server(self, farm.storage_url)]
        base = urlsplit(farm.api_url).path
        self.api_url = f"http://127.0.0.1:{self._servers[0].server_port}{base}"
        self.storage_url = f"http://localhost:{self._servers[1].server_port}"
        self.farm = farm
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def rule(self, pattern: str, times: float = 1, **what: Any) -> Rule:
        """Disturb the next requests that match. Rules are tried in the order of their making."""
        rule = Rule(re.compile(pattern), times, **what)
        with self._lock:
            self._rules.append(rule)
        return rule

    def count(self, pattern: str) -> int:
        """How many requests matched so far."""
        return sum(bool(re.search(pattern, line)) for line, _ in self.seen)

    def take(self, line: str, headers: Mapping[str, str]) -> Rule | None:
        """Note a request, and give the rule for it."""
        with self._lock:
            self.seen.append((line, headers))
            for rule in self._rules:
                if rule.times > 0 and rule.pattern.search(line):
                    rule.times -= 1
                    return rule
        return None

    def close(self) -> None:
        """Let everything go."""
        for rule in self._rules:
            rule.release()
        for server in self._servers:
            server.shutdown()
            server.server_close()


@contextlib.contextmanager
def running_proxy(farm: Farm) -> Iterator[Proxy]:
    """A proxy on ports of its own."""
    proxy = Proxy(farm)
    try:
        yield proxy
    finally:
        proxy.close()


class Server(ThreadingHTTPServer):
    """Listens at once and for many."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, _request: Any, _client_address: Any) -> None:
        """A client that went away is no news here."""


def _server(proxy: Proxy, upstream: str) -> Server:
    where = urlsplit(upstream)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = PATIENCE

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            self.handle_request()

        def do_POST(self) -> None:
            self.handle_request()

        def do_PUT(self) -> None:
            self.handle_request()

        def handle_request(self) -> None:
            rule = proxy.take(f"{self.command} {self.path}", dict(self.headers.items())) or Rule(re.compile(""), 0)
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(min(size, BLOCK))
            if rule.hold:
                rule.arrived.set()
                rule.released.wait()
            body += self.rfile.read(size - len(body))
            if rule.cut:
                rule.arrived.set()
                self.hang_up()
                return
            answer = rule.canned if rule.canned and not rule.lose else self.forward(body)
            if rule.lose and rule.canned is None:
                rule.arrived.set()
                self.hang_up()
                return
            answer = rule.canned or answer
            content = answer.body
            if "json" in answer.kind:
                content = content.replace(proxy.farm.storage_url.encode(), proxy.storage_url.encode())
                if rule.edit is not None:
                    content = json.dumps(rule.edit(json.loads(content))).encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(content)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            rule.arrived.set()
            rule.answered.set()

        def forward(self, body: bytes) -> Canned:
            connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=PATIENCE)
            try:
                headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                connection.request(self.command, self.path, body if body else None, headers)
                answer = connection.getresponse()
                kept = ("etag", "content-range", "x-idempotent-replay")
                return Canned(
                    answer.status,
                    answer.read(),
                    answer.headers.get("Content-Type", ""),
                    {name: value for name, value in answer.headers.items() if name.lower() in kept},
                )
            finally:
                connection.close()

        def hang_up(self) -> None:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

    return Server(("127.0.0.1", 0), Handler)
