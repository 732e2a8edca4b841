# SPDX-License-Identifier: GPL-3.0-or-later
"""How jobs end early: by the farm's word, by the artist's, or half delivered; and how they are taken up again."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from renderjuice.jobs.records import Stage, Wish
from renderjuice.tests.support.waiting import until
from renderjuice.tests.unit.jobs.artist import Artist, Farm
from renderjuice.tests.unit.jobs.proxy import Canned, Proxy

Artists = Callable[..., Artist]


def test_a_validation_that_fails_gives_its_reason(farm: Farm, scenes: Path, artists: Artists, tmp_path: Path) -> None:
    artist = artists(farm.api_url)
    garbage = tmp_path / "garbage.blend"
    garbage.write_bytes(b"no scene at all")
    # the texture is left at home
    jobs = {artist.submit(garbage): "not a .blend", artist.submit(scenes / "project/shot.blend"): "wood.png"}
    for job_id, words in jobs.items():
        job = artist.fails(job_id, "validation_failed")
        assert job.failure is not None
        assert words in job.failure.message
        assert "submit again" in job.failure.next_step
        assert job.failure.stage is Stage.VALIDATING
        assert artist.frames(job_id) == []


def test_a_render_that_crashes_is_told_and_made_anew_from_the_same_upload(
    farm: Farm, proxy: Proxy, scenes: Path, artists: Artists
) -> None:
    artist = artists(proxy.api_url)
    job_id = artist.submit(scenes / "slow.blend", frames=(1, 2))
    job = artist.until(job_id, Stage.RENDERING)
    [pid] = until(farm.blender_pids, "Blender renders")
    os.kill(pid, signal.SIGSEGV)
    job = artist.fails(job_id, "render_failed")
    assert job.failure is not None
    assert job.failure.message.startswith("Blender crashed on the farm")
    assert "\n" not in job.failure.message
    assert "blender_crashed" in job.failure.detail
    assert "retry" in job.failure.next_step
    first = job.remote_id

    held = proxy.rule(r"^POST .*/render$", hold=True)
    artist.wish(Wish.RETRY, job_id)
    held.wait()
    job = artist.job(job_id)
    assert job.remote_id not in (None, first)
    assert job.former_remote_ids == (first,)
    artist.wish(Wish.CANCEL, job_id)
    held.release()
    job = artist.ends(job_id, Stage.CANCELED)
    assert farm.job(job.remote_id)["status"] == "canceled"
    assert proxy.count(r"^PUT /upload/") == 1


def test_canceled_elsewhere(farm: Farm, scenes: Path, artists: Artists) -> None:
    artist = artists(farm.api_url)
    job_id = artist.submit(scenes / "slow.blend")
    job = artist.until(job_id, Stage.RENDERING)
    assert farm.call("POST", f"/jobs/{job.remote_id}/cancel").status_code == 200
    job = artist.ends(job_id, Stage.CANCELED)
    assert job.failure is not None and job.failure.kind == "canceled_elsewhere"


def test_cancel_in_every_stage(farm: Farm, proxy: Proxy, scenes: Path, artists: Artists, tmp_path: Path) -> None:
    artist = artists(proxy.api_url)
    heavy = tmp_path / "heavy.txt"
    with heavy.open("wb") as file:
        file.truncate(1024**3)
    packing = artist.submit(scenes / "shot.blend", files=[heavy])
    artist.until(packing, Stage.PACKAGING, where=lambda job: job.bytes_done > 0)
    artist.wish(Wish.CANCEL, packing)
    job = artist.ends(packing, Stage.CANCELED)
    assert job.failure is not None and job.failure.stage is Stage.PACKAGING

    uploads = proxy.rule(r"^PUT /upload/", times=2, hold=True)
    uploading, also_uploading, waiting = (artist.submit(scenes / "shot.blend") for _ in range(3))
    for job_id in (uploading, also_uploading):
        artist.until(job_id, Stage.UPLOADING)
    uploads.wait()
    # the artist is answered although the storage is not, and although two uploads are before the third job
    for job_id in (waiting, uploading, also_uploading):
        artist.wish(Wish.CANCEL, job_id)
        artist.ends(job_id, Stage.CANCELED)
    uploads.release()
    until(lambda: not artist.session.journal.wishes(), "the senders have noticed")
    assert {artist.job(job_id).stage for job_id in (waiting, uploading, also_uploading)} == {Stage.CANCELED}
    assert proxy.count(r"^POST .*/jobs$") == 0

    downloads = proxy.rule(r"^GET /download/", hold=True)
    artist.wish(Wish.RETRY, uploading)
    downloads.wait()
    artist.until(uploading, Stage.DOWNLOADING)
    artist.wish(Wish.CANCEL, uploading)
    job = artist.ends(uploading, Stage.CANCELED)
    assert job.failure is not None and job.failure.kind == "download_canceled"
    downloads.release()
    until(lambda: not artist.session.journal.wishes(), "the transfer has stopped")
    assert not job.output_dir.exists() or list(job.output_dir.iterdir()) == []
    artist.wish(Wish.RETRY, uploading)
    job = artist.ends(uploading)
    assert artist.frames(uploading) == ["0001.png"]
    assert proxy.count(r"^POST .*/render$") == 1

    rendering = artist.submit(scenes / "slow.blend")
    job = artist.until(rendering, Stage.RENDERING)
    artist.wish(Wish.CANCEL, rendering)
    job = artist.ends(rendering, Stage.CANCELED)
    assert job.failure is not None and job.failure.kind == "canceled"
    assert farm.job(job.remote_id)["status"] == "canceled"


def test_a_cancel_waits_for_the_service_and_survives_the_worker(
    farm: Farm, proxy: Proxy, scenes: Path, artists: Artists
) -> None:
    artist = artists(proxy.api_url)
    job_id = artist.submit(scenes / "slow.blend")
    job = artist.until(job_id, Stage.RENDERING)
    away = proxy.rule(r"", times=1e9, cut=True)
    artist.wish(Wish.CANCEL, job_id)
    artist.until(job_id, where=lambda job: "cancel has not reached" in job.trouble)
    artist.kill_worker()
    assert farm.job(job.remote_id)["status"] != "canceled"
    away.release()
    artist.restart()
    job = artist.ends(job_id, Stage.CANCELED)
    assert farm.job(job.remote_id)["status"] == "canceled"
    until(lambda: not artist.session.journal.wishes(), "the wish is struck off")


def test_a_cancel_that_is_too_late_and_one_that_is_refused(
    farm: Farm, proxy: Proxy, scenes: Path, artists: Artists
) -> None:
    artist = artists(proxy.api_url)
    followed = proxy.rule(r"^GET .*/jobs/progress$", hold=True)
    job_id = artist.submit(scenes / "shot.blend")
    followed.wait()
    job = artist.job(job_id)
    until(lambda: farm.job(job.remote_id)["status"] == "completed", "the farm is ready")
    refused = proxy.rule(
        r"^GET .*/jobs/[-0-9a-f]{36}$", canned=Canned(body=b'{"data": {"id": "x", "status": "debugging"}}')
    )
    artist.wish(Wish.CANCEL, job_id)
    refused.wait()
    artist.until(job_id, where=lambda job: "debugging" in job.trouble or job.stage is Stage.DONE)
    job = artist.ends(job_id)
    assert any("finished before it could be canceled" in note for note in job.notes)
    followed.release()
    assert artist.frames(job_id) == ["0001.png"]


def without_frame_2(answer: Any) -> Any:
    """A listing of downloads that lacks one frame."""
    return {**answer, "frameOutputs": [file for file in answer["frameOutputs"] if "0002" not in file["fileName"]]}


def test_missing_frames_are_told_and_a_retry_renders_just_those(
    farm: Farm, proxy: Proxy, scenes: Path, artists: Artists
) -> None:
    artist = artists(proxy.api_url)
    rule = proxy.rule(r"^GET .*/downloads$", times=1e9, edit=without_frame_2)
    job_id = artist.submit(scenes / "shot.blend", frames=(1, 2, 3))
    job = artist.fails(job_id, "frames_missing")
    assert job.failure is not None
    assert "2 of 3 frames; missing: 2." in job.failure.message
    first = job.remote_id
    rule.release()
    artist.wish(Wish.RETRY, job_id)
    job = artist.ends(job_id)
    assert job.remote_id != first
    assert farm.job(job.remote_id)["requestedConfig"]["frameRanges"] == ["2"]
    assert artist.frames(job_id) == ["0001.png", "0002.png", "0003.png"]
    assert job.frames_downloaded == 3
    assert proxy.count(r"^GET /download/0001") == 1


def test_foreign_changed_and_deleted_frames(proxy: Proxy, scenes: Path, artists: Artists, tmp_path: Path) -> None:
    artist = artists(proxy.api_url)
    output_dir = tmp_path / "renders"
    output_dir.mkdir()
    foreign = output_dir / "0002.png"
    foreign.write_bytes(b"somebody else's")
    job_id = artist.submit(scenes / "shot.blend", frames=(1, 2), output_dir=output_dir)
    job = artist.ends(job_id)
    assert foreign.read_bytes() == b"somebody else's"
    assert job.output_dir == output_dir / f"shot-{job_id[:8]}"
    assert artist.frames(job_id) == ["0001.png", "0002.png"]
    assert sorted(path.name for path in output_dir.iterdir()) == ["0002.png", job.output_dir.name]
    assert len(job.notes) == 1 and "0002.png" in job.notes[0] and str(job.output_dir) in job.notes[0]

    changed, deleted = job.output_dir / "0001.png", job.output_dir / "0002.png"
    changed.write_bytes(b"painted over")
    deleted.unlink()
    artist.wish(Wish.DOWNLOAD, job_id)
    until(lambda: not artist.session.journal.wishes(), "the wish is granted")
    job = artist.ends(job_id)
    assert changed.read_bytes() == b"painted over"
    assert deleted.read_bytes().startswith(b"\x89PNG")
    assert artist.frames(job_id) == ["0001.png", "0002.png", f"shot-{job_id[:8]}/0001.png"]
    assert "are not as this job left them" in job.notes[-1]
    assert str(job.output_dir / f"shot-{job_id[:8]}") in job.notes[-1]

    elsewhere = tmp_path / "elsewhere"
    artist.wish(Wish.DOWNLOAD, job_id, str(elsewhere))
    until(lambda: not artist.session.journal.wishes(), "the wish is granted")
    artist.ends(job_id)
    assert sorted(path.name for path in elsewhere.iterdir()) == ["0001.png", "0002.png"]
    # nothing is fetched that is here
    count = proxy.count(r"^GET /download/")
    artist.wish(Wish.DOWNLOAD, job_id)
    until(lambda: not artist.session.journal.wishes(), "the wish is granted")
    artist.ends(job_id)
    assert proxy.count(r"^GET /download/") == count


def test_a_job_that_is_done_stays_done_when_its_frames_cannot_be_fetched_again(
    proxy: Proxy, scenes: Path, artists: Artists
) -> None:
    artist = artists(proxy.api_url)
    job_id = artist.submit(scenes / "shot.blend", frames=(1, 2))
    job = artist.ends(job_id)
    frame = job.output_dir / "0002.png"
    frame.unlink()
    for rule, words in (
        ({"canned": Canned(404)}, "no longer on Renderjuice"),
        ({"edit": without_frame_2}, "delivered 1 of 2 frames"),
    ):
        away = proxy.rule(r"^GET .*/downloads$", times=1e9, **rule)
        artist.wish(Wish.DOWNLOAD, job_id)
        job = artist.ends(job_id)
        assert job.failure is not None
        assert words in job.failure.message
        assert "Retry" not in job.failure.sentence
        away.release()
    held = proxy.rule(r"^GET /download/0002", hold=True)
    artist.wish(Wish.DOWNLOAD, job_id)
    held.wait()
    artist.wish(Wish.CANCEL, job_id)
    assert artist.ends(job_id).failure is None
    held.release()
    artist.wish(Wish.DOWNLOAD, job_id)
    job = artist.until(job_id, Stage.DONE, where=lambda job: job.frames_downloaded == 2)
    assert job.failure is None
    assert frame.is_file()
    assert job.render_seconds.keys() == {job.remote_id}


def test_hostile_names_stay_in_the_folder(proxy: Proxy, scenes: Path, artists: Artists) -> None:
    artist = artists(proxy.api_url)

    def hostile(answer: Any) -> Any:
        [file] = answer["frameOutputs"]
        names = ("../../0001.png", "C:\\0001.png", "/etc/0001.png", "0001.PNG")
        files = [{**file, "fileName": name, "view": f"../{number}"} for number, name in enumerate(names)]
        nodes = [{**file, "relativePath": "../../../x/0001.png"}, {**file, "relativePath": "\0/0001.png"}]
        return {**answer, "frameOutputs": files, "compositeNodeOutputs": nodes}

    proxy.rule(r"^GET .*/downloads$", times=1e9, edit=hostile)
    job_id = artist.submit(scenes / "shot.blend")
    job = artist.ends(job_id)
    listed = artist.frames(job_id)
    assert listed == ["0001.png", "0001_1.png", "0001_2.png", "0001_3.PNG", "_/0001.png", "x/0001.png"]
    around = {path.name for path in job.output_dir.parent.iterdir()}
    assert around == {"home", job.output_dir.name}


def test_a_damaged_file_is_fetched_again_and_then_told(proxy: Proxy, scenes: Path, artists: Artists) -> None:
    artist = artists(proxy.api_url)
    broken = Canned(body=b"<html>busy</html>", kind="image/png")
    once = proxy.rule(r"^GET /download/0001", canned=broken)
    always = proxy.rule(r"^GET /download/0002", times=1e9, canned=broken)
    job_id = artist.submit(scenes / "shot.blend", frames=(1, 2))
    job = artist.fails(job_id, "damaged_file")
    assert job.failure is not None and "0002.png arrived damaged: it is no PNG file" in job.failure.message
    assert once.arrived.is_set()
    assert artist.frames(job_id) == ["0001.png"]
    assert not list(job.output_dir.glob(".*"))
    always.release()
    artist.wish(Wish.RETRY, job_id)
    artist.ends(job_id)
    assert artist.frames(job_id) == ["0001.png", "0002.png"]


def test_nothing_is_left_to_send(proxy: Proxy, scenes: Path, artists: Artists) -> None:
    artist = artists(proxy.api_url)
    proxy.rule(r"^POST .*/uploads$", canned=Canned(400, b'{"message": "no"}'))
    job_id = artist.submit(scenes / "shot.blend")
    artist.fails(job_id, "refused")
    artist.home.discard_submission(job_id)
    artist.wish(Wish.RETRY, job_id)
    job = artist.fails(job_id, "nothing_left")
    assert job.failure is not None and "Submit the scene again." in job.failure.sentence


def test_a_listing_from_before_the_end_does_not_end_the_job(
    farm: Farm, proxy: Proxy, scenes: Path, artists: Artists
) -> None:
    """What the farm listed while it rendered arrives when the job is complete: it says nothing of what is missing."""
    artist = artists(proxy.api_url)
    early = proxy.rule(r"^GET .*/downloads$", hold=True, canned=Canned(body=b"{}"))
    # no counters, so that the listing is asked for while the farm renders
    proxy.rule(r"^GET .*/jobs/progress$", times=1e9, canned=Canned(body=b"[]"))
    job_id = artist.submit(scenes / "shot.blend")
    early.wait()
    artist.until(job_id, Stage.DOWNLOADING)
    early.release()
    artist.ends(job_id)
    assert artist.frames(job_id) == ["0001.png"]
