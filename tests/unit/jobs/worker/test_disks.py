# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks that are full, and folders that cannot be written. The worker runs where a tiny file system is mounted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from renderjuice.jobs.records import Stage, Wish
from renderjuice.tests.support.waiting import until
from renderjuice.tests.unit.jobs.artist import Artist, Farm
from renderjuice.tests.unit.jobs.proxy import Proxy
from renderjuice.tests.unit.jobs.small_disk import small_disk

Artists = Callable[..., Artist]
PAGE = os.sysconf("SC_PAGE_SIZE")


def test_a_disk_that_fills_while_frames_come(proxy: Proxy, scenes: Path, artists: Artists, tmp_path: Path) -> None:
    artist = artists(proxy.api_url)
    output_dir = tmp_path / "frames"
    with small_disk(artist, output_dir, 2 * PAGE):
        job_id = artist.submit(scenes / "shot.blend", frames=(1, 2, 3, 4), output_dir=output_dir)
        job = artist.fails(job_id, "disk_full")
        assert job.failure is not None
        assert str(output_dir) in job.failure.message
        assert "Make room" in job.failure.next_step
    arrived = artist.session.journal.outputs(job_id)
    assert 1 <= len(arrived) <= 2
    # there is room by now; what came was on the other disk
    artist.wish(Wish.DOWNLOAD, job_id)
    until(lambda: not artist.session.journal.wishes(), "the wish is granted")
    artist.ends(job_id)
    assert artist.frames(job_id) == ["0001.png", "0002.png", "0003.png", "0004.png"]
    assert proxy.count(r"^POST .*/render$") == 1


@pytest.mark.parametrize(("count", "size"), [(1, 16 * PAGE), (2, 16 * PAGE), (2, 1024 * PAGE)])
def test_a_disk_that_fills_while_packing(
    farm: Farm, scenes: Path, artists: Artists, tmp_path: Path, count: int, size: int
) -> None:
    artist = artists(farm.api_url)
    noise, *files = [tmp_path / "noise.blend", tmp_path / "noise.png"][:count]
    for file in (noise, *files):
        file.write_bytes(os.urandom(size // count))
    submissions = artist.home.path / "submissions"
    with small_disk(artist, submissions, size + PAGE):  # one for the manifest
        submission = replace(artist.submission(noise, files=files), snapshot=noise)
        shutil.rmtree(artist.home.submission(submission.job_id) / "snapshot")
        artist.session.journal.add(submission)
        artist.session.ensure_worker(artist.api_url)
        job = artist.fails(submission.job_id, "disk_full")
        assert job.failure is not None and job.failure.stage is Stage.PACKAGING
        assert str(submissions) in job.failure.message
    artist.wish(Wish.RETRY, submission.job_id)
    # noise is no scene, but by then it has been packed and sent
    artist.fails(submission.job_id, "validation_failed")


def test_a_file_where_a_folder_should_be(farm: Farm, scenes: Path, artists: Artists, tmp_path: Path) -> None:
    artist = artists(farm.api_url)
    (tmp_path / "file").write_bytes(b"in the way")
    job_id = artist.submit(scenes / "shot.blend", output_dir=tmp_path / "file" / "frames")
    job = artist.fails(job_id, "not_writable")
    assert job.failure is not None
    assert str(tmp_path / "file") in job.failure.message
    assert "Choose another folder" in job.failure.next_step
    artist.wish(Wish.DOWNLOAD, job_id, str(tmp_path / "frames"))
    artist.ends(job_id)
    assert artist.frames(job_id) == ["0001.png"]
    assert (tmp_path / "file").read_bytes() == b"in the way"
