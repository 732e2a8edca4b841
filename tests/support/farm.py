# SPDX-License-Identifier: GPL-3.0-or-later
"""The local farm as a process of its own, for a test session."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
API_KEY = "RJ-local-farm"
START_SECONDS = 60.0
STOP_SECONDS = 20.0


@dataclass(frozen=True)
class Farm:
    """A running local farm."""

    api_url: str
    storage_url: str
    home: Path
    pid: int

    def requests(self) -> list[dict[str, Any]]:
        """Every request so far, as the farm logged it."""
        log = self.home / "requests.jsonl"
        return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []

    def call(self, method: str, path: str) -> Any:
        """What the farm answers to a call that some other program makes."""
        request = urllib.request.Request(self.api_url + path, method=method)  # noqa: S310
        request.add_header("Authorization", f"Bearer {API_KEY}")
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return json.load(answer)


@contextmanager
def running_farm(blenders: Mapping[str, str], *, port: int = 0, options: Iterable[str] = ()) -> Iterator[Farm]:
    """A local farm that renders with these Blenders (version: program); it ends with the block."""
    python = os.environ.get("RENDERJUICE_TOOLS_PYTHON", sys.executable)
    with tempfile.TemporaryDirectory(prefix="renderjuice-farm-", ignore_cleanup_errors=True) as folder:
        ready = Path(folder, "ready.json")
        command = [python, "-m", "local_farm", "--home", str(Path(folder, "home")), "--port", str(port)]
        command += ["--ready-file", str(ready), *options]
        for version, program in blenders.items():
            command += ["--blender", f"{version}={program}"]
        with Path(folder, "output.log").open("wb") as output:
            process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            told = _wait_until_ready(process, ready, Path(folder, "output.log"))
            yield Farm(told["apiUrl"], told["storageUrl"], Path(folder, "home"), process.pid)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], ready: Path, output: Path) -> dict[str, Any]:
    deadline = time.monotonic() + START_SECONDS
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"the local farm did not start:\n{output.read_text(errors='replace')}")
        time.sleep(0.05)
    return dict(json.loads(ready.read_text()))
