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
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
API_KEY = "RJ-local-farm"
PACE = 0.1
"""The worker's pauses in the tests, as a share of those that it takes on the internet."""
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


def blenders() -> dict[str, str]:
    """The Blenders to render with, newest first: version -> program, or a Python that has it as a module.

    `RENDERJUICE_BLENDERS` names them; without it they are looked for where `build.py` sets them up.
    """
    entries = [entry.partition("=") for entry in os.environ.get("RENDERJUICE_BLENDERS", "").split(",") if entry]
    found = {version: program for version, _, program in entries}
    if not found:
        cache = Path(os.environ.get("RENDERJUICE_CACHE", Path.home() / ".cache" / "renderjuice"))
        pythons = cache.glob("venvs/blender-*/bin/python")
        found = {python.parents[1].name.removeprefix("blender-"): str(python) for python in pythons}
    assert found, "no Blender: neither RENDERJUICE_BLENDERS nor an environment with a bpy module"
    return dict(sorted(found.items(), key=lambda item: [int(part) for part in item[0].split(".")], reverse=True))


@contextmanager
def running_farm(
    programs: Mapping[str, str],
    *options: str,
    port: int = 0,
    api_key: str = API_KEY,
    folder: Path | None = None,
    strict: bool = True,
    ends_with: int = 0,
) -> Iterator[Farm]:
    """A local farm that renders with these Blenders (version -> program). It is told to end with the block.

    Its home and log are in `folder`, else in a temporary one. One that is not `strict` renders without the files that
    are missing. `ends_with` is the exit code: the block may end the farm in its own way.
    """
    with ExitStack() as stack:
        if folder is None:
            temporary = tempfile.TemporaryDirectory(prefix="renderjuice-farm-", ignore_cleanup_errors=True)
            folder = Path(stack.enter_context(temporary))
        ready = folder / "ready.json"
        ready.unlink(missing_ok=True)
        command = [os.environ.get("RENDERJUICE_TOOLS_PYTHON", sys.executable), "-m", "local_farm"]
        command += ["--home", str(folder / "home"), "--port", str(port), "--ready-file", str(ready)]
        command += ["--api-key", api_key, *(["--strict"] if strict else []), *options]
        for version, program in programs.items():
            command += ["--blender", f"{version}={program}"]
        log = folder / "output.log"
        with log.open("ab") as output:
            process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            told = _wait_until_ready(process, ready, log)
            assert told["pid"] == process.pid
            yield Farm(told["apiUrl"], told["storageUrl"], folder / "home", process.pid)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            finally:
                process.kill()
        assert process.returncode == ends_with, "the local farm did not end in good order"


def _wait_until_ready(process: subprocess.Popen[bytes], ready: Path, output: Path) -> dict[str, Any]:
    deadline = time.monotonic() + START_SECONDS
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"the local farm did not start:\n{output.read_text(errors='replace')}")
        time.sleep(0.05)
    return dict(json.loads(ready.read_text()))
