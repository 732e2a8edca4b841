# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the packer: a second Blender that rewrites the paths that do not hold in the package.

The packer is given a plan as JSON. It leaves copies of .blend files and a report, all in a folder of its own. None of
the artist's files is written.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...messages.message import Message, from_json
from ...package_layout.layout import Layout
from ...package_layout.manifest import UnreadMovie
from ...package_layout.package_error import PackageError
from .free_space import check_free_bytes
from .sources import size_of

logger = logging.getLogger(__name__)

PROGRAM = Path(__file__).resolve().parents[2] / "packer" / "packer.py"
FOLDER_PREFIX = "packer-"
PLAN, REPORT, LOG, SETTINGS = "plan.json", "report.json", "packer.log", "user"
START_SECONDS = 300.0
"""Seconds that the packer has for starting and for small files, on a slow disk."""
BYTES_A_SECOND = 5e6
"""The slowest pace at which it may work through .blend files: a tenth of what a notebook does."""
PAUSE = 0.1
"""Seconds between two looks at the process."""
END_SECONDS = 5.0
"""Seconds that the process has to end by itself after it was asked to."""
LOG_CHARACTERS = 6000
"""The end of its log that is kept with a failure."""
NICENESS = 10
SECRETS = ("RENDERJUICE_",)
"""How variables begin that the packer must not see."""


def rewrite_paths(
    layout: Layout,
    snapshot: Path,
    blender: Sequence[str],
    folder: Path,
    check: Callable[[], object],
    *,
    unread: Sequence[UnreadMovie] = (),
    note: Callable[[Message], object] = lambda _note: None,
    scene: str = "",
    seconds: float | None = None,
) -> dict[Path, Path]:
    """Make copies of the .blend files of `layout.rewritten` below `folder`; gives file -> copy.

    A file whose paths all hold has no copy. `snapshot` is opened in place of the artist's file. `blender` is a command,
    to be followed by a script's path. `check` is called again and again, and may raise to stop. `unread` are the movies
    of the artist's file whose paths are taken out. `scene` is the full name of the scene that becomes the current one
    of the snapshot's copy; "" means that it stays as it is. `note` is given what Blender reports of files that it
    rewrote all the same. `seconds` limits the time; None means a limit by the files' sizes. Raises `PackageError` when
    it does not succeed.
    """
    discard_packers(folder)
    if not blender:
        raise PackageError(
            Message("Paths in the scene have to be rewritten, and no Blender is known to do it. Submit again.")
        )
    sources = {Path(blend): snapshot if blend == layout.blend else Path(blend) for blend in layout.rewritten}
    size = sum(size_of(source) for source in sources.values())
    check_free_bytes(folder, size)
    own = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=folder))
    targets = {blend: own / f"{number:03}.blend" for number, blend in enumerate(sources, start=1)}
    plan = {
        "layout": layout.to_json(),
        "report": str(own / REPORT),
        "worker": os.getpid(),
        "unread": [list(movie) for movie in unread],
        "scene": scene,
        "files": [
            {"blend": str(blend), "source": str(source), "target": str(targets[blend])}
            for blend, source in sources.items()
        ],
    }
    (own / PLAN).write_text(json.dumps(plan), encoding="ascii")
    (own / SETTINGS).mkdir()
    began = time.monotonic()
    allowed = START_SECONDS + size / BYTES_A_SECOND if seconds is None else seconds
    code = _run([*blender, str(PROGRAM), "--", str(own / PLAN)], own, allowed, check)
    report = _report(own)
    if report.get("error"):
        raise PackageError(from_json(report["error"]), detail=_log(own))
    if not report.get("is_done"):
        raise PackageError(
            Message(
                "Blender {} while it prepared {} for the farm. "
                "Retry; if it happens again, make all paths in that file relative.",
                _end_in_words(code, allowed),
                report.get("current") or layout.blend,
            ),
            detail=_log(own),
        )
    copies = _copies(report, targets, own)
    for told in dict.fromkeys(from_json(told) for entry in report["files"] for told in entry["notes"]):
        note(told)
    logger.info("%s of %s files rewritten in %.1f s", len(copies), len(targets), time.monotonic() - began)
    return copies


def discard_packers(folder: Path) -> None:
    """Remove what earlier runs left in a submission's folder."""
    for path in folder.glob(FOLDER_PREFIX + "*"):
        shutil.rmtree(path, ignore_errors=True)


def discard_copies(copies: Iterable[Path]) -> None:
    """Remove copies that were packed. Plan, report and log stay for the support bundle, as long as the package does."""
    for path in copies:
        with suppress(OSError):
            path.unlink()


def _copies(report: Mapping[str, Any], targets: Mapping[Path, Path], own: Path) -> dict[Path, Path]:
    """The copies that were made, all of which have to be there."""
    saved = {Path(entry["blend"]) for entry in report["files"] if entry["is_saved"]}
    copies = {blend: target for blend, target in targets.items() if blend in saved}
    for blend, copy in copies.items():
        if not copy.is_file():
            raise PackageError(Message("Blender left no copy of {} for the farm. Retry.", blend), detail=_log(own))
    return copies


def _run(command: Sequence[str], own: Path, seconds: float, check: Callable[[], object]) -> int | None:
    """Run the packer to its end and give its exit code. None means that it was stopped after so many seconds."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(SECRETS)}
    environment["BLENDER_USER_RESOURCES"] = str(own / SETTINGS)
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
    with (own / LOG).open("wb") as log:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=own,
                env=environment,
                start_new_session=True,
                creationflags=flags,
            )
        except OSError as error:
            message = Message(
                "Blender could not be started to prepare the scene for the farm: {} ({}). "
                "Submit again from a Blender that is installed.",
                command[0],
                error.strerror,
            )
            raise PackageError(message, detail=repr(error)) from error
    try:
        with suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            check()
            with suppress(subprocess.TimeoutExpired):
                return process.wait(PAUSE)
        return None
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """See to it that the process and what it started are gone."""
    if sys.platform == "win32":
        if process.poll() is None:
            process.kill()
            process.wait()
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        with suppress(OSError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)


def _report(own: Path) -> dict[str, Any]:
    """The packer's report, which may be incomplete or empty."""
    try:
        report = json.loads((own / REPORT).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return {}
    return report if isinstance(report, dict) else {}


def _end_in_words(code: int | None, seconds: float) -> Message:
    """How the packer ended; a `code` of None means that it was stopped."""
    if code is None:
        return Message("was stopped after {} minutes", f"{seconds / 60:.0f}")
    return Message("crashed (signal {})", -code) if code < 0 else Message("ended (code {})", code)


def _log(own: Path) -> str:
    try:
        return (own / LOG).read_text(encoding="utf-8", errors="replace")[-LOG_CHARACTERS:]
    except OSError:
        return ""
