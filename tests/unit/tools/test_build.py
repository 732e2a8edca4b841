# SPDX-License-Identifier: GPL-3.0-or-later
"""build.py on a machine that has nothing but Python."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def test_it_starts_without_any_installed_package() -> None:
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import build; build.parser().print_help()"
    answer = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, timeout=60)
    assert answer.returncode == 0, answer.stderr
    assert "demo,test,farm,package,lint,bench" in answer.stdout


@pytest.mark.parametrize("arguments", [[], ["unknown"], ["test", "--tier", "unknown"], ["demo", "--blender", "2.79"]])
def test_a_wrong_command_line_is_refused(arguments: list[str]) -> None:
    command = [sys.executable, str(ROOT / "build.py"), *arguments]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert answer.returncode == 2
    assert "usage: build.py" in answer.stderr


def test_what_cannot_be_done_is_told_without_a_traceback() -> None:
    command = [sys.executable, str(ROOT / "build.py"), "test", "nowhere.py"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert answer.returncode == 1
    assert answer.stderr == "There is no nowhere.py.\n"
