# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments: made once, made anew when something changed or was cut short, and never by two at once."""

import base64
import dataclasses
import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools import environments
from tools.environments import Environment
from tools.errors import CannotGoOn

ROOT = Path(__file__).resolve().parents[3]
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    monkeypatch.setenv("RENDERJUICE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def wheel(folder: Path, version: str) -> str:
    """A package that pip installs without any index: a requirement that names its file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"probe-{version}-py3-none-any.whl"
    info = f"probe-{version}.dist-info"
    content = {
        "probe.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: probe\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = []
    for name, text in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record.append(f"{name},sha256={digest},{len(text)}")
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in content.items():
            archive.writestr(name, text)
        archive.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,"]) + "\n")
    return f"probe @ {path.as_uri()}"


def installed(python: Path) -> str:
    """The version of the probe that an environment has."""
    command = [python, "-I", "-c", "import probe; print(probe.VERSION)"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


def test_the_stamp_follows_what_was_asked_for_and_not_its_order() -> None:
    one = Environment("a", (VERSION,), ("x==1", "y==2"))
    assert environments.stamp(one, "3.11") == environments.stamp(Environment("a", (VERSION,), ("y==2", "x==1")), "3.11")
    assert environments.stamp(one, "3.11") != environments.stamp(one, "3.13")
    assert environments.stamp(one, "3.11") != environments.stamp(Environment("a", (VERSION,), ("x==1", "y==3")), "3.11")


def test_an_environment_is_made_once_and_again_when_its_requirements_change(tmp_path: Path) -> None:
    first = Environment("one", (VERSION,), (wheel(tmp_path / "wheels", "1.0"),))
    assert not environments.is_ready(first)
    assert installed(environments.ensure(first)) == "1.0"
    assert environments.is_ready(first)
    made_here = first.folder / "made-here"
    made_here.touch()
    environments.ensure(first)
    assert made_here.exists()

    second = dataclasses.replace(first, requirements=(wheel(tmp_path / "wheels", "2.0"),))
    assert not environments.is_ready(second)
    assert installed(environments.ensure(second)) == "2.0"
    assert not made_here.exists()


def test_what_was_left_without_a_stamp_is_not_ready_and_goes_away(tmp_path: Path) -> None:
    wanted = Environment("one", (VERSION,), (wheel(tmp_path / "wheels", "1.0"),))
    wanted.python.parent.mkdir(parents=True)
    wanted.python.write_text("not a Python")
    assert not environments.is_ready(wanted)
    assert installed(environments.ensure(wanted)) == "1.0"


def test_a_failed_install_says_why_and_leaves_nothing_that_looks_ready(tmp_path: Path) -> None:
    missing = (tmp_path / "probe-1.0-py3-none-any.whl").as_uri()
    wanted = Environment("one", (VERSION,), (f"probe @ {missing}",))
    with pytest.raises(CannotGoOn, match=r"probe-1\.0"):
        environments.ensure(wanted)
    assert not environments.is_ready(wanted)


def test_without_a_fitting_python_the_reason_names_the_version() -> None:
    with pytest.raises(CannotGoOn, match=r"3\.98"):
        environments.ensure(Environment("one", ("3.98",), ("x",)))


def test_two_processes_at_once_make_it_once(tmp_path: Path) -> None:
    requirement = wheel(tmp_path / "wheels", "1.0")
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from tools import environments as e; "
        f"print(e.ensure(e.Environment('one', ({VERSION!r},), ({requirement!r},))))"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=tmp_path)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert "".join(said).count("Setting up one") == 1
    assert installed(Path(said[0].splitlines()[-1])) == "1.0"


def test_each_blender_is_pinned_and_has_its_own_lock_and_folder() -> None:
    for version, environment in environments.BLENDERS.items():
        assert environment.name == f"blender-{version}"
        (bpy,) = (name for name in environment.requirements if name.startswith("bpy=="))
        assert bpy.startswith(f"bpy=={version}.")
    assert len({environment.folder for environment in environments.BLENDERS.values()}) == len(environments.BLENDERS)
