# SPDX-License-Identifier: GPL-3.0-or-later
"""Start programs with a time limit and leave none of them behind. Only what was started here is ended, by its id."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tools.paths import ROOT

MARK = "RENDERJUICE_RUN"
"""Environment variable that all programs of one run inherit, also those that detach themselves."""

GRACE_SECONDS = 10.0


@dataclass(frozen=True)
class Outcome:
    """How a program ended. `code` is negative when a signal ended it (POSIX)."""

    code: int
    seconds: float
    timed_out: bool

    @property
    def crash(self) -> str | None:
        """The name of the signal that ended the program ("SIGSEGV"), None when it ended by itself."""
        if self.code >= 0 or self.timed_out:
            return None
        try:
            return signal.Signals(-self.code).name
        except ValueError:
            return f"signal {-self.code}"


def settings(**changes: str) -> dict[str, str]:
    """The environment variables for a program: ours without the user's own account, with `changes`.

    Loopback never goes through a proxy, and output is not held back.
    """
    private = {"RENDERJUICE_API_URL", "RENDERJUICE_API_KEY", "PYTHONHOME", "PYTHONPATH"}
    inherited = {key: value for key, value in os.environ.items() if key not in private}
    no_proxy = ",".join(filter(None, [os.environ.get("NO_PROXY") or os.environ.get("no_proxy"), "127.0.0.1,localhost"]))
    return {**inherited, "NO_PROXY": no_proxy, "no_proxy": no_proxy, "PYTHONUNBUFFERED": "1", **changes}


@contextlib.contextmanager
def started(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path = ROOT,
    output: IO[bytes] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A program in a process group of its own; on the way out the whole group is ended, gently first.

    `output` takes what it says (both streams); without it, it shares our terminal.
    """
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP
    process = subprocess.Popen(
        command,
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        start_new_session=sys.platform != "win32",
        creationflags=flags,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
    )
    try:
        yield process
    finally:
        end_group(process)


def run(command: Sequence[str | Path], *, env: Mapping[str, str], timeout: float, cwd: Path = ROOT) -> Outcome:
    """Run a program to its end, or end it with all it started after `timeout` seconds."""
    return asyncio.run(run_beside(command, env=env, timeout=timeout, cwd=cwd))


async def run_beside(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    timeout: float,
    cwd: Path = ROOT,
    output: IO[bytes] | None = None,
) -> Outcome:
    """The same beside other programs. Whoever stops to wait for it ends it.

    `output` takes what it says (both streams); without it, it shares our terminal.
    """
    began = time.monotonic()
    with started(command, env=env, cwd=cwd, output=output) as process:
        try:
            code = await asyncio.to_thread(process.wait, timeout)
        except subprocess.TimeoutExpired:
            end_group(process)
            return Outcome(process.wait(), time.monotonic() - began, timed_out=True)
    return Outcome(code, time.monotonic() - began, timed_out=False)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a program of `started` and everything in its group: asked first, forced after GRACE_SECONDS."""
    if sys.platform == "win32":
        if process.poll() is None:
            tree = ["taskkill", "/T", "/F", "/PID", str(process.pid)]
            subprocess.run(tree, capture_output=True, timeout=60, check=False)
            process.wait(GRACE_SECONDS)
        return
    if process.poll() is None:
        _signal_group(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)
    # Whatever it started and forgot is in the same group, and outlives it.
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def nothing_left_behind(*, tell: bool = True) -> Iterator[dict[str, str]]:
    """A mark for the environment of what runs inside; on the way out, marked programs that still run are ended.

    This reaches programs that detached themselves, as the extension's worker does. Linux only; elsewhere the worker
    ends by itself when it has nothing left to do. Gives the variables to hand to each program. Without `tell` nothing
    is said about it: where a worker is expected to outlive what started it.
    """
    mark = uuid.uuid4().hex
    try:
        yield {MARK: mark}
    finally:
        for pid, command in left_running(mark):
            if tell:
                print(f"Ending a program that was left running: {pid} {command}", flush=True)
            _signal(pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and left_running(mark):
            time.sleep(0.1)
        for pid, _ in left_running(mark):
            _signal(pid, signal.SIGKILL)


def left_running(mark: str) -> list[tuple[int, str]]:
    """(process id, command line) of the programs that carry `mark` in their environment, ours excepted."""
    needle = f"{MARK}={mark}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if needle in (folder / "environ").read_bytes().split(b"\0") and int(folder.name) != os.getpid():
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                found.append((int(folder.name), command.strip()))
        except OSError:
            continue  # It ended just now, or it is another user's.
    return found


def end_on_terminate() -> None:
    """Turn a request to terminate into an ordinary exit, so that what was started is ended on the way out."""

    def leave(_signal: int, _frame: object) -> None:
        sys.exit(143)

    signal.signal(signal.SIGTERM, leave)


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
