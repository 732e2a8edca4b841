# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for Renderjuice on loopback: it answers the documented API, and has every frame as soon as it is asked.

Uploads go to a loopback storage and frames come from there; nothing is rendered.
"""

from __future__ import annotations

import io
import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from PIL import Image

BASE_PATH = "/api/external/v1"
PREVIEW_SIZE = (480, 270)


@dataclass
class Service:
    """The jobs of a service (id -> status), each of which has `frames` frames in the storage once it is started."""

    storage: str
    frames: int
    jobs: dict[str, str] = field(default_factory=dict)

    def answer(self, method: str, path: list[str], preview_url: str) -> Any:
        """The answer to one call, as JSON has it; None for a call that nobody documents."""

        def job(job_id: str, status: str = "") -> dict[str, Any]:
            now = datetime.now(UTC).isoformat()
            self.jobs[job_id] = status or self.jobs[job_id]
            told = {"id": job_id, "status": self.jobs[job_id], "workspaceId": job_id}
            return {**told, "createdAt": now, "updatedAt": now, "previewUrl": preview_url}

        match method, path:
            case "POST", ["uploads"]:
                expires = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
                return {"uploadUrl": f"{self.storage}/scene", "slug": uuid.uuid4().hex, "expiresAt": expires}
            case "POST", ["jobs"]:
                return job(str(uuid.uuid4()), "created")
            case "GET", ["jobs"]:
                pages = {"page": 1, "pageSize": 100, "total": len(self.jobs), "totalPages": 1}
                return {"jobs": [job(job_id) for job_id in list(self.jobs)], "pagination": pages}
            case "GET", ["jobs", "progress"]:
                return []
            case "GET", ["jobs", job_id]:
                return {"data": job(job_id)}
            case "POST", ["jobs", job_id, "validate"]:
                return job(job_id, "validated")
            case "POST", ["jobs", job_id, "render"]:
                return job(job_id, "completed")
            case "GET", ["jobs", job_id, "downloads"]:
                count = self.frames if self.jobs[job_id] == "completed" else 0
                return {"frameOutputs": [self._frame(number) for number in range(1, count + 1)]}
        return None

    def _frame(self, number: int) -> dict[str, str]:
        return {"url": f"{self.storage}/{number:04d}", "fileName": f"frame_{number:04d}.png"}


@contextmanager
def running_service(storage: str, frames: int) -> Iterator[str]:
    """The API's address while the block runs."""
    service = Service(storage, frames)
    picture = io.BytesIO()
    Image.effect_noise(PREVIEW_SIZE, 64).save(picture, "PNG")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path.endswith("/preview.png"):
                self._send(200, "image/png", picture.getvalue())
            else:
                self._answer()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._answer()

        def _answer(self) -> None:
            path = self.path.partition("?")[0].removeprefix(BASE_PATH).strip("/").split("/")
            answer = service.answer(self.command, path, f"http://{self.headers['Host']}/preview.png")
            self._send(404 if answer is None else 200, "application/json", json.dumps(answer).encode())

        def _send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}{BASE_PATH}"
        finally:
            server.shutdown()
