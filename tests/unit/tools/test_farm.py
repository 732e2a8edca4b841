# SPDX-License-Identifier: GPL-3.0-or-later
"""`build.py farm`: what its home keeps."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tools.farm import API_KEY

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60.0


def test_its_home_keeps_the_jobs_when_it_is_killed(tmp_path: Path) -> None:
    """And it leaves nothing behind that would have the port."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with killed_farm(tmp_path / "home", port):
        target = call(port, "POST", "/uploads", {"fileName": "shot.blend", "fileType": "blend"})
        put = urllib.request.Request(target["uploadUrl"], b"BLENDER", method="PUT")  # noqa: S310
        with urllib.request.urlopen(put, timeout=PATIENCE):  # noqa: S310
            pass
        job = call(port, "POST", "/jobs", {"slug": target["slug"]})
    with killed_farm(tmp_path / "home", port):
        assert call(port, "GET", "/jobs")["jobs"] == [job]
        assert call(port, "GET", f"/jobs/{job['id']}")["data"] == job


@contextmanager
def killed_farm(home: Path, port: int) -> Iterator[None]:
    """`build.py farm`, ended in the end by `kill -9`; whatever it started has to go with it."""
    command = [sys.executable, "build.py", "farm", "--home", str(home), "--port", str(port)]
    with Path(home.parent, "output.log").open("ab") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + PATIENCE
        while not answers(port):
            assert process.poll() is None and time.monotonic() < deadline, Path(home.parent, "output.log").read_text()
            time.sleep(0.1)
        yield
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    deadline = time.monotonic() + PATIENCE
    while answers(port):
        assert time.monotonic() < deadline, "the farm goes on without who started it"
        time.sleep(0.1)


def answers(port: int) -> bool:
    """Tell whether the farm answers."""
    try:
        call(port, "GET", "/jobs")
    except urllib.error.URLError:
        return False
    return True


def call(port: int, method: str, path: str, body: Any = None) -> Any:
    """Make one call with JSON in and out."""
    data = json.dumps(body).encode() if body is not None else None
    url = f"http://127.0.0.1:{port}/api/external/v1{path}"
    request = urllib.request.Request(url, data, method=method)
    request.add_header("Authorization", f"Bearer {API_KEY}")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
        return json.load(answer)
