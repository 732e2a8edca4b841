# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that changed after a job was submitted: they are told, and go along only when the artist wants that.

The manifest has each file's state at the press of the button. A file in another state stops the job, and the states
that the artist is told of are kept in the job's folder. A retry accepts these, and no others.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from ...messages.message import Message, sentences
from ...package_layout.file_states import GONE, FileState, state_of
from ...package_layout.package_error import PackageError

TOLD, ACCEPTED = "changed-told.json", "changed-accepted.json"
NAMES_SHOWN = 3
PATHS_KEPT = 100
"""Paths of changed files that the support bundle gets."""

States = Mapping[Path, FileState]


class FilesChanged(PackageError):
    """Files are not what they were when the job was submitted. `states` has what they are now."""

    def __init__(self, states: States) -> None:
        if len(states) == 1:
            message = Message(
                "The file “{}” changed after the job was submitted. Retry to send it as it is now, or submit again.",
                names_of(states),
            )
        else:
            message = Message(
                "{} files changed after the job was submitted ({}). Retry to send them as they are, or submit again.",
                f"{len(states):,}",
                names_of(states),
            )
        super().__init__(message, detail="\n".join(map(str, itertools.islice(states, PATHS_KEPT))))
        self.states = states


def names_of(files: Iterable[Path]) -> Message:
    """The names of some files, the first few of many."""
    names = [file.name for file in files]
    more = ["…"] if len(names) > NAMES_SHOWN else []
    return sentences(*names[:NAMES_SHOWN], *more, separator=", ")


def check_unchanged(expected: States) -> None:
    """Raise `FilesChanged` with all files that are there in another state. One that is gone stops the packing later."""
    now = {path: (state_of(path), state) for path, state in expected.items()}
    changed = {path: state for path, (state, before) in now.items() if state not in (before, GONE)}
    if changed:
        raise FilesChanged(changed)


def note_told(folder: Path, changed: States) -> None:
    """Keep what an artist is told of, before the job stops. Raises `OSError`."""
    states = {**accepted_states(folder), **changed}
    text = json.dumps([[str(path), *state] for path, state in states.items()])
    part = folder / f"{TOLD}.part"
    part.write_text(text, encoding="ascii")
    part.replace(folder / TOLD)


def accept_told(folder: Path) -> None:
    """Take what the artist was told of for what is wanted. Where that cannot be noted, it is told once more."""
    with suppress(OSError):
        (folder / TOLD).replace(folder / ACCEPTED)


def accepted_states(folder: Path) -> dict[Path, FileState]:
    """The states that the artist accepted in place of those of the manifest."""
    try:
        kept = json.loads((folder / ACCEPTED).read_text(encoding="ascii"))
        return {Path(path): (int(size), int(modified_ns)) for path, size, modified_ns in kept}
    except (OSError, ValueError, TypeError):
        return {}


def note_of_accepted(files: Iterable[Path]) -> Message:
    """What the job says of files that it was sent with in a later version."""
    return Message("Sent as they were when the job was retried, not when it was submitted: {}.", names_of(files))
