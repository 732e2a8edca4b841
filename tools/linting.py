# SPDX-License-Identifier: GPL-3.0-or-later
"""Check style, types and rooms: ruff on everything, mypy on each part as strictly as it can bear, and who imports whom.

The clone's own folder is the extension's package, but it need not be called `renderjuice`: mypy gets a folder of links
that is. There the strict part stands alone, without Blender's rooms, so that an import of one of them is an error too.
"""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools import architecture, environments, messages, processes, rooms
from tools.paths import ROOT

SECONDS = 900.0


def lint(*, fix: bool) -> int:
    """Run all checks and print what they find; gives the exit code. `fix` repairs first what ruff can repair."""
    python = environments.ensure(environments.TOOLS)
    ruff: list[str | Path] = [python, "-m", "ruff"]
    if fix:
        _run("ruff: repair", [*ruff, "check", "--fix-only", "-q", "."], ROOT)
        _run("ruff: format", [*ruff, "format", "-q", "."], ROOT)
    results = {
        "ruff check": _run("ruff check", [*ruff, "check", "."], ROOT),
        "ruff format": _run("ruff format --check", [*ruff, "format", "--check", "."], ROOT),
    }
    with tempfile.TemporaryDirectory(prefix="renderjuice-lint-") as temporary:
        strict, whole = Path(temporary, "strict"), Path(temporary, "whole")
        link_package(strict, rooms.STRICT)
        (strict / "renderjuice" / "__init__.py").touch()
        link_package(whole, (*rooms.STRICT, *rooms.INSIDE_BLENDER, "__init__.py"))
        title = f"mypy --strict: {', '.join(rooms.STRICT)}"
        results[title] = _mypy(title, python, strict, _modules(strict, rooms.STRICT), "--strict")
        title = "mypy: the rooms inside Blender"
        results[title] = _mypy(title, python, whole, _modules(whole, rooms.INSIDE_BLENDER))
        title = "mypy: local_farm, tools"
        results[title] = _mypy(title, python, ROOT, [name for name in rooms.BESIDE if (ROOT / name).is_dir()])
    results["the rooms"] = _rooms()
    results["the words"] = messages.report()
    print()
    for title, ok in results.items():
        print(f"{'ok    ' if ok else 'FAILED'}  {title}")
    return 0 if all(results.values()) else 1


def link_package(target: Path, names: Sequence[str], *, root: Path = ROOT) -> None:
    """Make the folder `target/renderjuice` with links to those `names` that exist in `root` (copies on Windows)."""
    package = target / "renderjuice"
    package.mkdir(parents=True)
    for name in names:
        source = root / name
        if not source.exists():
            continue
        if os.name == "nt":
            # Links need a privilege there.
            (shutil.copytree if source.is_dir() else shutil.copyfile)(source, package / name)
        else:
            (package / name).symlink_to(source)


def _modules(folder: Path, rooms: Sequence[str]) -> list[str]:
    return [f"renderjuice.{room}" for room in rooms if (folder / "renderjuice" / room / "__init__.py").is_file()]


def _mypy(title: str, python: Path, folder: Path, packages: Sequence[str], *options: str) -> bool:
    if not packages:
        return True
    command: list[str | Path] = [python, "-m", "mypy", "--config-file", ROOT / "pyproject.toml", *options]
    command += ["--cache-dir", ROOT / ".mypy_cache" / folder.name]
    for package in packages:
        command += ["-p", package]
    return _run(title, command, folder)


def _rooms() -> bool:
    print("\n== the rooms", flush=True)
    found = architecture.faults()
    for fault in found:
        print(fault)
    return not found


def _run(title: str, command: Sequence[str | Path], folder: Path) -> bool:
    print(f"\n== {title}", flush=True)
    return processes.run(command, env=processes.settings(), timeout=SECONDS, cwd=folder).code == 0
