# SPDX-License-Identifier: GPL-3.0-or-later
"""One Blender at work: started with nothing of this machine's settings, listened to, and ended for certain."""

import asyncio
import contextlib
import json
import logging
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .blender_versions import Blender
from .jobs import Failure

logger = logging.getLogger(__name__)

SCRIPT = Path(__file__).resolve().parent / "inside_blender" / "run.py"
LISTEN_SECONDS = 0.05
LOG_TAIL = 2000
FOREIGN = ("BLENDER_", "PYTHON", "RENDERJUICE_", "OCIO")

Event = dict[str, Any]


class BlenderFailed(Exception):
    """Blender gave no result, for the reason in `failure`."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.name)
        self.failure = failure


async def run(
    blender: Blender,
    command: str,
    request: dict[str, Any],
    folder: Path,
    timeout: float,
    on_event: Callable[[Event], None],
) -> None:
    """Run `command` (validate, render) in a new Blender and hand on its events until it has ended.

    The new `folder` takes the request, the events, Blender's log and its user folder. Raises BlenderFailed when the
    command failed, when Blender crashed, and after `timeout` seconds. Canceling the task kills Blender.
    """
    for name in ("user", "tmp"):
        (folder / name).mkdir()
    events, log_path, request_path = folder / "events.jsonl", folder / "blender.log", folder / "request.json"
    events.touch()
    request_path.write_text(json.dumps(request | {"events": str(events)}), encoding="utf-8")
    with log_path.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *blender.command(SCRIPT, [command, str(request_path)]),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=asyncio.subprocess.STDOUT,
            cwd=folder,
            env=_environment(folder),
            start_new_session=True,
        )
    failure: Failure | None = None
    frame: int | None = None
    try:
        async with asyncio.timeout(timeout):
            with events.open(encoding="utf-8") as lines:
                async for event in _events(process, lines):
                    if event["event"] == "failed":
                        failure = Failure(event["name"], event["type"])
                    elif event["event"] == "begins":
                        frame = event["frame"]
                    else:
                        on_event(event)
    except TimeoutError:
        failure = Failure(f"Blender took longer than {timeout:g} seconds", "timeout")
    finally:
        await _end(process)
    if failure is None and process.returncode:
        tail = log_path.read_text(encoding="utf-8", errors="replace")[-LOG_TAIL:].strip()
        logger.warning("%s: Blender ended with code %s: %s", log_path, process.returncode, tail)
        while_it = f" while it rendered frame {frame}" if frame is not None else ""
        failure = Failure(f"Blender crashed{while_it}", "blender_crashed")
    if failure is not None:
        raise BlenderFailed(failure)


async def _events(process: asyncio.subprocess.Process, lines: Any) -> Any:
    has_ended = False
    rest = ""
    while not has_ended:
        # Looked at before the file is read, so that nothing written before the end is missed.
        has_ended = process.returncode is not None
        rest += lines.read()
        *complete, rest = rest.split("\n")
        for line in complete:
            yield json.loads(line)
        if not has_ended:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), LISTEN_SECONDS)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        # The group: a Blender that is started through a script is its child.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return kept | {"BLENDER_USER_RESOURCES": str(folder / "user"), "TMPDIR": str(folder / "tmp")}
