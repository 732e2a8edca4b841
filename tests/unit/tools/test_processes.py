# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that the tools start: they end in time, take their own with them, and never see the user's account."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools import processes

SLEEPER = "import time; time.sleep(600)"


def wait_for_text(path: Path) -> str:
    """What a program writes to `path`, as soon as it is there whole."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if path.exists() and path.read_text().endswith("\n"):
            return path.read_text()
        time.sleep(0.02)
    raise AssertionError(f"nothing was written to {path}")


def has_ended(pid: int) -> bool:
    """Whether a process is gone within a minute; one that only waits for its parent's attention is."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def starter(note: Path, *, detached: bool) -> str:
    """A program that starts a sleeper, notes its id, and sleeps too."""
    return (
        "import pathlib, subprocess, sys, time; "
        f"child = subprocess.Popen([sys.executable, '-c', {SLEEPER!r}], start_new_session={detached}); "
        f"pathlib.Path({str(note)!r}).write_text(f'{{child.pid}}\\n'); {SLEEPER}"
    )


def test_a_program_that_takes_too_long_is_ended() -> None:
    outcome = processes.run([sys.executable, "-c", SLEEPER], env=processes.settings(), timeout=0.5)
    assert outcome.timed_out
    assert outcome.crash is None


def test_a_program_is_ended_with_what_it_started(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    command = [sys.executable, "-c", starter(note, detached=False)]
    with processes.started(command, env=processes.settings()) as program:
        child = int(wait_for_text(note))
    assert program.returncode is not None
    assert has_ended(child)


def test_what_a_program_forgot_is_ended_when_the_program_ends(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    program = starter(note, detached=False).removesuffix(SLEEPER) + "sys.exit(3)"
    outcome = processes.run([sys.executable, "-c", program], env=processes.settings(), timeout=60)
    assert (outcome.code, outcome.timed_out, outcome.crash) == (3, False, None)
    assert has_ended(int(wait_for_text(note)))


def test_a_detached_program_is_ended_too_and_a_foreign_one_is_not(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    foreign = subprocess.Popen([sys.executable, "-c", SLEEPER])
    try:
        with processes.nothing_left_behind() as mark:
            env = processes.settings(**mark)
            with processes.started([sys.executable, "-c", starter(note, detached=True)], env=env):
                detached = int(wait_for_text(note))
            assert [pid for pid, _ in processes.left_running(mark[processes.MARK])] == [detached]
        assert has_ended(detached)
        assert foreign.poll() is None
    finally:
        foreign.kill()
        foreign.wait()


def test_a_crash_is_told_by_its_signal() -> None:
    program = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    outcome = processes.run([sys.executable, "-c", program], env=processes.settings(), timeout=60)
    assert outcome.crash == "SIGSEGV"


def test_programs_do_not_inherit_the_users_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENDERJUICE_API_KEY", "the user's own")
    monkeypatch.setenv("RENDERJUICE_API_URL", "https://service.invalid")
    monkeypatch.setenv("NO_PROXY", "intern.invalid")
    variables = processes.settings(EXTRA="1")
    assert "RENDERJUICE_API_KEY" not in variables
    assert "RENDERJUICE_API_URL" not in variables
    assert variables["EXTRA"] == "1"
    assert variables["NO_PROXY"] == "intern.invalid,127.0.0.1,localhost"
    assert variables["PATH"] == os.environ["PATH"]
