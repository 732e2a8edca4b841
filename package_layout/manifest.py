# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs into a job's package: written by Blender beside the snapshot, read by the worker.

It may name tens of thousands of files, which is why it is no part of the journal that Blender reads all the time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from .file_states import FileState
from .path_use import PathForm, PathUse, form_of

NAME = "manifest.json"


class UnreadMovie(NamedTuple):
    """A movie clip, or a movie strip of a scene, that no render reads. `strip` is "" for a clip."""

    datablock: str
    strip: str = ""


@dataclass(frozen=True)
class Manifest:
    """The paths that the render reads, and how a Blender is started that can rewrite them.

    `blender` is a command, to be followed by a script's path. `is_remapped`: the relative paths of the snapshot count
    from the snapshot's folder instead of the artist's, so that it has to be rewritten in any case. `states` has what
    the files were when the button was pressed; it is empty in what version 0.1.0 wrote. `scene` is the full name of the
    scene to render if that is not the current one of the snapshot, which then has to be rewritten, too. `unread` are
    the movies whose files do not travel, and whose paths are taken from the copy.
    """

    uses: tuple[PathUse, ...] = ()
    blender: tuple[str, ...] = ()
    is_remapped: bool = False
    states: Mapping[PurePath, FileState] = field(default_factory=dict)
    scene: str = ""
    unread: tuple[UnreadMovie, ...] = ()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put it into a submission's folder. Raises `OSError`."""
    value = {
        # as version 0.1.0 reads them, whose worker may still run while the extension is updated
        "uses": [
            [str(use.blend), use.written, str(use.path), [str(file) for file in use.files]] for use in manifest.uses
        ],
        "forms": [[use.form, use.is_packed] for use in manifest.uses],
        "states": [[manifest.states.get(file) for file in use.files] for use in manifest.uses],
        "blender": manifest.blender,
        "is_remapped": manifest.is_remapped,
        "unread": manifest.unread,
        "scene": manifest.scene,
    }
    # names on disk may be no Unicode text, which JSON can carry all the same
    (folder / NAME).write_text(json.dumps(value), encoding="ascii")


def read_manifest(folder: Path) -> Manifest:
    """The manifest in a submission's folder. Raises `OSError`, and `ValueError` when it is damaged."""
    try:
        value = json.loads((folder / NAME).read_text(encoding="ascii"))
        forms = value.get("forms", [None] * len(value["uses"]))
        uses = tuple(_use(use, form) for use, form in zip(value["uses"], forms, strict=True))
        states = _states(uses, value.get("states", ()))
        return Manifest(
            uses,
            tuple(map(str, value["blender"])),
            bool(value["is_remapped"]),
            states,
            scene=str(value.get("scene", "")),
            unread=tuple(UnreadMovie(*map(str, movie)) for movie in value.get("unread", ())),
        )
    except (IndexError, KeyError, TypeError) as error:
        raise ValueError(f"{folder / NAME} is damaged") from error


def _use(value: list[Any], said: list[Any] | None) -> PathUse:
    """A path, with what was said of its form and whether it is packed. None means that version 0.1.0 wrote it."""
    blend, written, path, files = Path(value[0]), str(value[1]), Path(value[2]), tuple(map(Path, value[3]))
    form, is_packed = (PathForm(said[0]), bool(said[1])) if said else _guessed_by_version_0_1_0(written, path, files)
    return PathUse(blend=blend, written=written, path=path, files=files, form=form, is_packed=is_packed)


def _states(uses: Iterable[PathUse], said: Iterable[list[list[int] | None]]) -> dict[PurePath, FileState]:
    """The states of the files of all paths, in the order of these. Version 0.1.0 said none."""
    return {
        file: (int(state[0]), int(state[1]))
        for use, states in zip(uses, said, strict=False)
        for file, state in zip(use.files, states, strict=True)
        if state is not None
    }


def _guessed_by_version_0_1_0(written: str, path: Path, files: tuple[Path, ...]) -> tuple[PathForm, bool]:
    """The form of a path and whether it is packed, by its spelling: such a submission may wait during an update."""
    form = PathForm.IMPLIED if written.startswith("//blendcache_") else form_of(written)
    return form, path.suffix.lower().startswith(".blend") and path not in files
