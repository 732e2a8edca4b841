# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that is saved anew between the press of the button and its packing is not sent in silence."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from renderjuice.jobs.records import Stage, Wish
from renderjuice.package_layout.file_states import state_of
from renderjuice.package_layout.manifest import Manifest, write_manifest
from renderjuice.package_layout.path_use import PathForm, PathUse
from renderjuice.tests.unit.jobs.artist import Artist, Farm
from renderjuice.tests.unit.jobs.packaging.packer_programs import COPY, program
from renderjuice.tests.unit.jobs.proxy import Proxy

Artists = Callable[..., Artist]


def project(scenes: Path, folder: Path) -> tuple[Path, Path]:
    """A copy of a project: its scene and its texture."""
    shutil.copytree(scenes / "project", folder)
    return folder / "shot.blend", folder / "textures" / "wood.png"


def save_anew(texture: Path) -> None:
    texture.write_bytes(texture.read_bytes() + b"newer")


def test_a_texture_that_is_saved_while_the_job_waits_is_told(
    farm: Farm, proxy: Proxy, scenes: Path, artists: Artists, tmp_path: Path
) -> None:
    """Three jobs, of which two are uploaded slowly; the third's texture is saved anew before it is packed."""
    artist = artists(proxy.api_url)
    slow = proxy.rule(r"^PUT ", times=2, hold=True)
    for number in range(2):
        artist.submit(project(scenes, tmp_path / f"film {number}")[0])
    third, texture = project(scenes, tmp_path / "film")
    slow.arrived.wait(60)
    job_id = artist.submit(third, files=[texture])
    artist.until(job_id, Stage.PACKAGING)
    save_anew(texture)
    slow.release()
    job = artist.fails(job_id, "files_changed")
    assert job.failure is not None
    assert "The file “wood.png” changed after the job was submitted" in job.failure.sentence
    assert str(texture) in job.failure.detail
    assert job.can_go_on and job.package is None

    # a second change was not told yet, so that a retry tells it
    save_anew(texture)
    artist.wish(Wish.RETRY, job_id)
    artist.fails(job_id, "files_changed")
    artist.wish(Wish.RETRY, job_id)
    job = artist.ends(job_id)
    assert artist.frames(job_id) == ["0001.png"]
    assert [note for note in job.notes if "Sent as they were when the job was retried" in note and "wood.png" in note]
    assert farm.violations() == ""


def test_a_worker_that_is_killed_does_not_forget_that_nobody_was_told(
    farm: Farm, scenes: Path, artists: Artists, tmp_path: Path
) -> None:
    artist = artists(farm.api_url)
    blend, texture = project(scenes, tmp_path / "film")
    submission = artist.submission(blend, files=[texture])
    save_anew(texture)
    folder = artist.home.submission(submission.job_id)
    # as if the worker had been killed after it had kept what it was about to tell
    (folder / "changed-told.json").write_text("[]")
    artist.session.journal.add(submission)
    artist.session.ensure_worker(submission.api_url)
    artist.fails(submission.job_id, "files_changed")


@pytest.mark.parametrize("moment", ["before", "while"])
def test_a_library_that_changes_is_told_also_when_its_paths_are_rewritten(
    farm: Farm, scenes: Path, artists: Artists, tmp_path: Path, moment: str
) -> None:
    artist = artists(farm.api_url)
    blend, texture = project(scenes, tmp_path / "film")
    submission = artist.submission(blend)
    library = tmp_path / "film" / "library.blend"
    shutil.copyfile(scenes / "shot.blend", library)
    uses = (
        PathUse(blend, "//library.blend", library, (library,), PathForm.RELATIVE),
        PathUse(library, str(texture), texture, (texture,), PathForm.ABSOLUTE),
    )
    change = f"Path({str(library)!r}).write_bytes(Path({str(library)!r}).read_bytes() + b'newer')\n"
    blender = program((change if moment == "while" else "") + COPY)
    states = {file: state_of(file) for file in (library, texture)}
    write_manifest(artist.home.submission(submission.job_id), Manifest(uses, blender, states=states))
    if moment == "before":
        os.utime(library, (1, 1))
    artist.session.journal.add(submission)
    artist.session.ensure_worker(submission.api_url)
    job = artist.fails(submission.job_id, "files_changed")
    assert job.failure is not None and "“library.blend”" in job.failure.sentence


def test_a_job_of_the_version_before_is_sent_as_it_was(
    farm: Farm, scenes: Path, artists: Artists, tmp_path: Path
) -> None:
    artist = artists(farm.api_url)
    blend, texture = project(scenes, tmp_path / "film")
    submission = artist.submission(blend)
    use = PathUse(blend, "//textures/wood.png", texture, (texture,), PathForm.RELATIVE)
    write_manifest(artist.home.submission(submission.job_id), Manifest((use,), (sys.executable,)))
    save_anew(texture)
    artist.session.journal.add(submission)
    artist.session.ensure_worker(submission.api_url)
    artist.ends(submission.job_id)
