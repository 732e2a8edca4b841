# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way of a job, with a real worker, a real farm and a real Blender."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from renderjuice.jobs.client.waiting import wait_for_connection_test
from renderjuice.jobs.journal.journal import Journal
from renderjuice.jobs.records import Setting, Stage
from renderjuice.messages.message import Message, to_json
from renderjuice.package_layout.manifest import Manifest, write_manifest
from renderjuice.package_layout.path_use import PathForm, PathUse
from renderjuice.tests.support.waiting import until
from renderjuice.tests.unit.jobs.artist import KEY, Artist, Farm, is_running
from renderjuice.tests.unit.jobs.packaging.packer_programs import COPY, program
from renderjuice.tests.unit.jobs.proxy import Canned, Proxy

Artists = Callable[..., Artist]


def test_a_submission_comes_back_as_frames(farm: Farm, scenes: Path, artists: Artists) -> None:
    artist = artists(farm.api_url)
    job_id = artist.submit(scenes / "shot.blend", frames=(1, 3))
    worker = artist.running_worker()
    job = artist.ends(job_id)
    assert artist.frames(job_id) == ["0001.png", "0003.png"]
    assert all((job.output_dir / name).read_bytes().startswith(b"\x89PNG") for name in artist.frames(job_id))
    assert (job.frames_listed, job.frames_downloaded) == (2, 2)
    assert not artist.home.submission(job_id).exists()
    assert farm.job(job.remote_id)["requestedConfig"]["frameRanges"] == ["1", "3"]
    assert not list(job.output_dir.glob(".*"))
    until(lambda: artist.session.journal.setting(Setting.WORKER) == "gone", "the worker has nothing to do any more")
    until(lambda: artist.worker_pid() == 0, "the worker has ended by itself")
    second = artist.submit(scenes / "project/shot.blend", files=[scenes / "project/textures/wood.png"])
    assert artist.running_worker() != worker
    artist.ends(second)
    assert farm.violations() == ""


def test_two_blenders_share_one_worker(farm: Farm, scenes: Path, artists: Artists) -> None:
    first = artists(farm.api_url)
    second = artists(farm.api_url, home=first.home.path)
    jobs = [first.submit(scenes / "shot.blend"), second.submit(scenes / "shot.blend")]
    for job_id in jobs:
        first.ends(job_id)
    assert first.log().count(" begins,") == 1
    assert {job.id for job in second.session.watch.look()} == set(jobs)


def test_a_worker_outlives_the_blender_that_started_it(
    farm: Farm, scenes: Path, artists: Artists, tmp_path: Path
) -> None:
    artist = artists(farm.api_url)
    submission = artist.submission(scenes / "shot.blend")
    artist.session.journal.add(submission)
    starter = Path(__file__).resolve().parents[1] / "other_blender.py"
    command = [sys.executable, str(starter), "start", str(artist.home.path), artist.api_url, str(artist.pace)]
    done = subprocess.run(command, timeout=60, check=True, capture_output=True, text=True)
    assert not is_running(int(done.stdout))
    assert artist.running_worker() != int(done.stdout)
    artist.ends(submission.job_id)


def test_the_key_is_nowhere_but_in_its_file_and_at_the_api(
    farm: Farm, proxy: Proxy, scenes: Path, artists: Artists
) -> None:
    artist = artists(proxy.api_url)
    proxy.rule(r"GET .*/downloads$", canned=Canned(500, b'{"message": "Bearer ' + KEY.encode() + b'"}'))
    job_id = artist.submit(scenes / "shot.blend")
    pid = artist.running_worker()
    command = Path(f"/proc/{pid}/cmdline").read_bytes()
    artist.ends(job_id)
    for path in artist.home.path.rglob("*"):
        is_the_place = path == artist.home.credentials
        assert path.is_dir() or is_the_place == (KEY.encode() in path.read_bytes()), path
    assert KEY.encode() not in command
    for line, headers in proxy.seen:
        goes_to_the_api = "/api/" in line
        assert ("Authorization" in headers) == goes_to_the_api, line
        assert (KEY in str(headers)) == goes_to_the_api, line
    assert farm.violations() == ""


def test_offline_means_no_request_at_all(proxy: Proxy, scenes: Path, artists: Artists) -> None:
    artist = artists(proxy.api_url)
    artist.session.tell_online_access(False)
    job_id = artist.submit(scenes / "shot.blend")
    artist.until(job_id, Stage.UPLOADING)
    ok, message = wait_for_connection_test(artist.session, artist.api_url, 60)
    assert not ok
    assert "online access" in message
    assert artist.job(job_id).stage is Stage.UPLOADING
    assert proxy.seen == []
    artist.session.tell_online_access(True)
    artist.ends(job_id)
    assert wait_for_connection_test(artist.session, artist.api_url, 60)[0]


def test_quitting_means_what_was_chosen(farm: Farm, proxy: Proxy, scenes: Path, artists: Artists) -> None:
    artist = artists(proxy.api_url)
    uploading = proxy.rule(r"^PUT /upload/", hold=True)
    job_id = artist.submit(scenes / "shot.blend", frames=(1, 2))
    uploading.wait()
    pid = artist.running_worker()
    artist.restart("STOP")
    # a Blender that comes back at once is served by the same worker or by the next one
    uploading.release()
    artist.until(job_id, Stage.RENDERING, Stage.DOWNLOADING, Stage.DONE)

    held = proxy.rule(r"^PUT /upload/", hold=True)
    second = artist.submit(scenes / "shot.blend")
    held.wait()
    pid = artist.running_worker()
    artist.session.close("STOP")
    with Journal(artist.home.journal) as journal:
        until(lambda: journal.setting(Setting.WORKER) == "gone", "the worker has taken leave")
    held.release()
    until(lambda: not is_running(pid), "the worker has stopped at once")
    artist.reopen()
    assert artist.job(second).stage in (Stage.UPLOADING, Stage.CREATING)

    # the first worker may have got as far as the end of the upload
    held = proxy.rule(r"^PUT /upload/|^POST .*/jobs$", hold=True)
    artist.session.ensure_worker(artist.api_url)
    held.wait()
    pid = artist.running_worker()
    artist.session.close("UPLOADS")
    held.release()
    until(lambda: not is_running(pid), "the worker has stopped once the farm renders by itself")
    artist.reopen()
    assert artist.job(second).stage in (Stage.RENDERING, Stage.DOWNLOADING)

    artist.session.ensure_worker(artist.api_url)
    pid = artist.running_worker()
    artist.session.close("KEEP")
    until(lambda: not is_running(pid), "the worker has ended, with its work done")
    artist.reopen()
    assert {artist.job(job_id).stage, artist.job(second).stage} == {Stage.DONE}


def test_removed_while_the_worker_is_at_it(proxy: Proxy, scenes: Path, artists: Artists) -> None:
    artist = artists(proxy.api_url)
    rules = [
        proxy.rule(r"^PUT /upload/first", hold=True),
        proxy.rule(r"^POST .*/render$", hold=True),
        proxy.rule(r"^GET /download/", hold=True),
    ]
    blends = [scenes / name for name in ("first.blend", "second.blend", "third.blend")]
    for blend in blends:
        blend.write_bytes((scenes / "shot.blend").read_bytes())
    for blend, rule in zip(blends, rules, strict=True):
        job_id = artist.submit(blend)
        rule.wait()
        artist.session.journal.remove(job_id)
        rule.release()
    last = artist.submit(scenes / "shot.blend")
    artist.ends(last)
    assert artist.log().count(" begins,") == 1
    assert "Traceback" not in artist.log()
    until(lambda: not any((artist.home.path / "submissions").iterdir()), "what was to be sent is cleared away")


def test_a_hundred_jobs_take_few_requests(proxy: Proxy, scenes: Path, artists: Artists) -> None:
    artist = artists(proxy.api_url)
    submissions = [artist.submission(scenes / "shot.blend", frames=range(1, 11)) for _ in range(100)]
    remote = {submission.job_id: str(uuid.uuid4()) for submission in submissions}
    jobs = [{"id": remote_id, "status": "rendering"} for remote_id in remote.values()]
    pages = {"page": 1, "pageSize": 100, "total": 100, "totalPages": 1}
    counters = [{"jobId": remote_id, "framesCompleted": 0, "framesTotal": 10} for remote_id in remote.values()]

    def canned(value: object) -> Canned:
        return Canned(body=json.dumps(value).encode())

    proxy.rule(r"GET .*/jobs\?", times=math.inf, canned=canned({"jobs": jobs, "pagination": pages}))
    counted = proxy.rule(r"GET .*/jobs/progress", times=3, canned=canned(counters))
    proxy.rule(
        r"GET .*/jobs/progress",
        times=math.inf,
        canned=canned([{**counter, "framesCompleted": 1} for counter in counters]),
    )
    proxy.rule(r"GET .*/downloads$", times=math.inf, canned=canned({}))
    with artist.session.journal.together():
        for submission in submissions:
            artist.session.journal.add(submission)
            artist.session.journal.update(submission.job_id, stage=Stage.RENDERING, remote_id=remote[submission.job_id])
    artist.session.ensure_worker(artist.api_url)
    counted.wait()
    until(lambda: proxy.count("/progress") >= 3, "the farm was asked three times")
    assert proxy.count("") - proxy.count("/downloads") <= 2 * (proxy.count("/progress") + 1)
    until(lambda: all(job.frames_rendered == 1 for job in artist.session.journal.jobs()), "the counters are known")
    until(lambda: proxy.count("/downloads") >= 50, "there are listings")
    # a job whose one frame is not listed yet is asked again, but no job again and again before the others
    asked = Counter(line for line, _ in proxy.seen if "/downloads" in line)
    assert max(asked.values()) <= 3


def test_bytes_that_were_sent_are_not_taken_for_bytes_that_are_here(
    proxy: Proxy, scenes: Path, artists: Artists
) -> None:
    artist = artists(proxy.api_url)
    listing = proxy.rule(r"^GET .*/downloads$", hold=True)
    sending = proxy.rule(r"^POST .*/jobs$", hold=True)
    job_id = artist.submit(scenes / "shot.blend", frames=(1, 2))
    sending.wait()
    sent = artist.job(job_id)
    assert sent.bytes_done == sent.bytes_total > 0
    sending.release()
    listing.wait()
    fetched = artist.job(job_id)
    assert (fetched.bytes_done, fetched.bytes_total) == (0, 0)
    listing.release()
    job = artist.ends(job_id)
    assert job.bytes_done == sum(path.stat().st_size for path in job.output_dir.iterdir()) > 0
    assert job.bytes_total == 0


def test_what_blender_reports_while_paths_are_rewritten_is_a_note(
    farm: Farm, scenes: Path, artists: Artists, tmp_path: Path
) -> None:
    artist = artists(farm.api_url)
    blend, texture = tmp_path / "reported" / "reported.blend", tmp_path / "reported" / "wood.png"
    blend.parent.mkdir()
    blend.write_bytes((scenes / "project/shot.blend").read_bytes())
    texture.write_bytes((scenes / "project/textures/wood.png").read_bytes())
    submission = artist.submission(blend)
    told = Message("Blender reports of {}, here as on the farm: {}.", "shot.blend", "a part is lost")
    blender = program(COPY.replace("saved(file) for", f"saved(file) | {{'notes': [{to_json(told)!r}]}} for"))
    uses = (PathUse(blend, str(texture), texture, (texture,), PathForm.ABSOLUTE),)
    write_manifest(artist.home.submission(submission.job_id), Manifest(uses, blender, is_remapped=True))
    artist.session.journal.add(submission)
    artist.session.ensure_worker(submission.api_url)
    artist.until(submission.job_id, Stage.VALIDATING)
    job = artist.job(submission.job_id)
    assert told in job.notes
    assert job.failure is None
