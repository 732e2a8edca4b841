# SPDX-License-Identifier: GPL-3.0-or-later
"""A line for every request in `requests.jsonl`, and for every broken rule in `violations.jsonl`. Never the key."""

import json
from datetime import UTC, datetime
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class RequestLog:
    """ASGI middleware: writes the line just before the answer goes out, so that whoever has the answer finds it."""

    def __init__(self, app: ASGIApp, home: Path) -> None:
        self.app = app
        self.requests = home / "requests.jsonl"
        self.violations = home / "violations.jsonl"
        self.requests.touch()
        self.violations.touch()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection of any kind; only HTTP requests are logged."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["farm_log"] = {"violation": None}

        async def logged_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._write(scope, message["status"])
            await send(message)

        await self.app(scope, receive, logged_send)

    def _write(self, scope: Scope, status: int) -> None:
        violation = scope["farm_log"]["violation"]
        host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
        entry = {
            "time": datetime.now(UTC).isoformat(),
            "host": host,
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "violation": violation,
        }
        line = json.dumps(entry) + "\n"
        for path in [self.requests] + ([self.violations] if violation else []):
            with path.open("a", encoding="utf-8") as file:
                file.write(line)
