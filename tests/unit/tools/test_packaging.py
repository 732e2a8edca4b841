# SPDX-License-Identifier: GPL-3.0-or-later
"""The zip: what ships is in it, nothing else is, Blender's own packager agrees, and the zip is reproducible."""

import re
import shutil
import tomllib
import zipfile
from pathlib import Path

import pytest

from tools import packaging, rooms
from tools.errors import CannotGoOn

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A small clone: the real manifest and licence, a package that does nothing, and what does not ship."""
    root = tmp_path / "clone"
    for name in (
        "__init__.py",
        "api/__init__.py",
        "api/__pycache__/client.cpython-311.pyc",
        "api/.cache/left.py",
        "jobs/worker/loop.py",
        "jobs/old.pyc",
        "tests/unit/test_it.py",
        "tools/demo/demo.py",
        "local_farm/__main__.py",
        "docs/page.md",
        "dist/renderjuice-0.0.9.zip",
        "renderjuice-demo/frames/0001.png",
        "build.py",
        "notes.txt",
        ".git/config",
    ):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n")
    for name in ("blender_manifest.toml", "LICENSE"):
        shutil.copy(ROOT / name, root / name)
    return root


def test_the_zip_holds_what_ships_and_nothing_else(clone: Path) -> None:
    built = packaging.build(root=clone)
    manifest = tomllib.loads((clone / "blender_manifest.toml").read_text())
    assert built == clone / "dist" / f"renderjuice-{manifest['version']}.zip"
    with zipfile.ZipFile(built) as archive:
        assert archive.namelist() == sorted(
            ["LICENSE", "__init__.py", "api/__init__.py", "blender_manifest.toml", "jobs/worker/loop.py"]
        )
        assert archive.read("api/__init__.py") == (clone / "api" / "__init__.py").read_bytes()
    assert sorted(path.name for path in built.parent.iterdir()) == ["renderjuice-0.0.9.zip", built.name]


def test_the_same_files_give_the_same_bytes(clone: Path, tmp_path: Path) -> None:
    first = packaging.build(tmp_path / "one", root=clone)
    (clone / "__init__.py").touch()
    (clone / "jobs" / "worker" / "loop.py").chmod(0o755)
    assert packaging.build(tmp_path / "two", root=clone).read_bytes() == first.read_bytes()


def test_a_manifest_that_blender_refuses_is_told_in_its_words(clone: Path) -> None:
    manifest = clone / "blender_manifest.toml"
    manifest.write_text(re.sub(r'tagline = ".*"', 'tagline = "Ends with a full stop."', manifest.read_text()))
    with pytest.raises(CannotGoOn, match="tagline"):
        packaging.build(root=clone)
    assert not list((clone / "dist").glob("renderjuice-0.1*"))


def test_a_missing_licence_stops_the_build(clone: Path) -> None:
    (clone / "LICENSE").unlink()
    with pytest.raises(CannotGoOn, match="LICENSE"):
        packaging.build(root=clone)


def test_only_a_release_demands_every_text_in_every_language(clone: Path) -> None:
    (clone / "api" / "client.py").write_text('TEXT = Message("The job is done.")\n')
    german = clone / "translations" / "languages" / "german" / "api.py"
    german.parent.mkdir(parents=True)
    (german.parent / "__init__.py").touch()
    german.write_text("MESSAGES: dict[str, str] = {}\n")
    with pytest.raises(CannotGoOn, match="german lacks: The job is done"):
        packaging.build(root=clone, is_release=True)
    assert not list((clone / "dist").glob("renderjuice-0.1*"))
    packaging.build(root=clone).unlink()
    german.write_text('MESSAGES: dict[str, str] = {"The job is done.": "Der Auftrag ist fertig."}\n')
    assert packaging.build(root=clone, is_release=True).is_file()


def test_the_manifest_says_what_the_extension_is() -> None:
    manifest = tomllib.loads((ROOT / "blender_manifest.toml").read_text())
    assert manifest["id"] == "renderjuice"
    assert manifest["type"] == "add-on"
    assert manifest["blender_version_min"] == "4.2.0"
    assert manifest["license"] == ["SPDX:GPL-3.0-or-later"]
    assert set(manifest["permissions"]) == {"network", "files"}
    assert "blender" not in manifest["name"].lower()


def test_every_room_of_the_extension_ships() -> None:
    """A folder beside the extension's `__init__` either ships or is known not to."""
    beside = {"tests", "tools", "local_farm", "docs", "dist", "demo"}
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - beside <= set(rooms.SHIPPED)
