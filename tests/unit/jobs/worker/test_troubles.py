# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that is busy, away, broken or strict: what passes is waited for, what does not is told and retried."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from renderjuice.api.render_config import RenderConfig
from renderjuice.jobs import credentials
from renderjuice.jobs.records import JobRecord, Stage, Wish
from renderjuice.tests.support.waiting import until
from renderjuice.tests.unit.jobs.artist import Artist, Farm
from renderjuice.tests.unit.jobs.proxy import Canned, Proxy
from renderjuice.tests.unit.jobs.submissions import OTHER_BLENDER

Artists = Callable[..., Artist]
HTML = Canned(200, b"<html><body>Please log in</body></html>", "text/html")
EMPTY = Canned(200, b"")
DOWN = Canned(503, b"")


def refusal(message: str) -> Canned:
    """A 400 with a reason."""
    return Canned(400, json.dumps({"error": {"message": message}}).encode())


def trouble_of(artist: Artist, job_id: str) -> str:
    """What the job says is in its way, once it says something."""

    def has_trouble(job: JobRecord) -> bool:
        return bool(job.trouble)

    return artist.until(job_id, where=has_trouble).trouble


def test_what_passes_is_waited_for(proxy: Proxy, scenes: Path, artists: Artists) -> None:
    """Busy, broken and away, in every stage, longer than one call is tried; addresses that expire too soon."""
    artist = artists(proxy.api_url)
    rules = [
        proxy.rule(r"^POST .*/uploads$", times=6, canned=DOWN),
        proxy.rule(r"^PUT /upload/", times=2, canned=Canned(403, b"<Code>AccessDenied</Code>", "application/xml")),
        proxy.rule(r"^PUT /upload/", times=2, cut=True),
        proxy.rule(r"^POST .*/jobs$", times=2, canned=Canned(429)),
        proxy.rule(r"^GET .*/jobs/[-0-9a-f]{36}$", times=6, cut=True),
        proxy.rule(r"^POST .*/render$", times=6, canned=DOWN),
        proxy.rule(r"^GET .*/jobs/progress$", times=6, cut=True),
        proxy.rule(r"^GET .*/downloads$", times=6, canned=DOWN),
        proxy.rule(r"^GET /download/", times=2, canned=Canned(410, b"")),
        proxy.rule(r"^GET /download/", times=2, cut=True),
    ]
    job_id = artist.submit(scenes / "shot.blend", frames=(1, 2))
    assert "problem of its own" in trouble_of(artist, job_id)
    job = artist.ends(job_id)
    assert all(rule.arrived.is_set() for rule in rules)
    assert job.trouble == ""
    assert artist.frames(job_id) == ["0001.png", "0002.png"]


def test_retry_after_is_kept(proxy: Proxy, scenes: Path, artists: Artists) -> None:
    artist = artists(proxy.api_url, pace=1.0)
    times: list[float] = []

    def note(answer: Any) -> Any:
        times.append(time.monotonic())
        return answer

    busy = proxy.rule(r"^POST .*/uploads$", canned=Canned(429, headers={"Retry-After": "2"}), edit=note)
    proxy.rule(r"^POST .*/uploads$", edit=note)
    job_id = artist.submit(scenes / "shot.blend")
    busy.wait()
    artist.until(job_id, Stage.CREATING, Stage.VALIDATING)
    assert times[1] - times[0] >= 2.0


def test_wrong_key_no_key_and_a_web_page(proxy: Proxy, scenes: Path, artists: Artists) -> None:
    """Each stops the job with its reason; once it is mended, a retry goes on where it stopped."""
    artist = artists(proxy.api_url, key="RJ-not-this-one")
    job_id = artist.submit(scenes / "shot.blend")
    job = artist.fails(job_id, "wrong_key")
    assert job.failure is not None and job.failure.stage is Stage.UPLOADING
    assert "key" in job.failure.sentence
    credentials.store_key(artist.home.credentials, artist.api_url, "")
    artist.wish(Wish.RETRY, job_id)
    artist.fails(job_id, "no_key")
    credentials.store_key(artist.home.credentials, artist.api_url, artist.right_key)
    for canned, words in ((HTML, "web page"), (EMPTY, "nothing")):
        proxy.rule(r"^POST .*/uploads$", canned=canned)
        artist.wish(Wish.RETRY, job_id)
        job = artist.fails(job_id, "unexpected_answer")
        assert job.failure is not None and words in job.failure.message
    held = proxy.rule(r"^GET .*/jobs/progress$", hold=True)
    artist.wish(Wish.RETRY, job_id)
    held.wait()
    # the key is withdrawn while the farm renders
    credentials.store_key(artist.home.credentials, artist.api_url, "RJ-withdrawn")
    held.release()
    job = artist.fails(job_id, "wrong_key")
    assert job.failure is not None and job.failure.stage in (Stage.RENDERING, Stage.DOWNLOADING)
    credentials.store_key(artist.home.credentials, artist.api_url, artist.right_key)
    artist.wish(Wish.RETRY, job_id)
    artist.ends(job_id)
    assert proxy.count(r"^PUT /upload/") == proxy.count(r"^POST .*/jobs$") == proxy.count(r"^POST .*/render$") == 1


def test_a_web_page_in_place_of_an_answer_passes(proxy: Proxy, scenes: Path, artists: Artists) -> None:
    """Instead of the job that was made, it is looked for; while the job is followed, it is waited for."""
    artist = artists(proxy.api_url)
    made = proxy.rule(r"^POST .*/jobs$", lose=True, canned=HTML)
    pages = proxy.rule(r"^GET .*/jobs/[-0-9a-f]{36}$", times=0, canned=HTML)
    started = proxy.rule(r"^POST .*/render$", hold=True)
    job_id = artist.submit(scenes / "shot.blend")
    started.wait()
    pages.times = 3
    started.release()
    assert "web page" in trouble_of(artist, job_id)
    artist.ends(job_id)
    assert made.arrived.is_set()
    assert proxy.count(r"^POST .*/jobs$") == 1


def test_a_server_that_is_not_there_is_told_at_once(farm: Farm, scenes: Path, artists: Artists) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/api/external/v1"
        artist = artists(url)
        job_id = artist.submit(scenes / "shot.blend")
        job = artist.fails(job_id, "unreachable")
    assert job.failure is not None and "connection" in job.failure.next_step
    assert job.package is not None and job.package.is_file()
    # the same journal, the same job, and a server at its address by now
    credentials.store_key(artist.home.credentials, farm.api_url, artist.right_key)
    artist.session.journal.update(job_id, api_url=farm.api_url)
    artist.wish(Wish.RETRY, job_id)
    artist.ends(job_id)


def test_a_job_that_is_submitted_while_nobody_answers_waits_as_long_as_it_takes(
    proxy: Proxy, scenes: Path, artists: Artists
) -> None:
    """Where the service has answered before, a lost connection says nothing about the job."""
    artist = artists(proxy.api_url)
    artist.ends(artist.submit(scenes / "shot.blend"))
    away = proxy.rule(r"", times=1e9, cut=True)
    job_id = artist.submit(scenes / "shot.blend")
    job = artist.until(job_id, Stage.UPLOADING, where=lambda job: job.is_unconnected)
    assert "cannot be reached" in job.trouble
    away.release()
    assert not artist.ends(job_id).is_unconnected


def test_an_optional_field_is_left_out_once_and_frames_never(
    farm: Farm, proxy: Proxy, scenes: Path, artists: Artists
) -> None:
    artist = artists(proxy.api_url)
    config = RenderConfig(frame_ranges=("1",), denoiser_type="OPTIX", compositor_device="CPU", sample_count=1)
    picky = proxy.rule(r"^POST .*/render$", canned=refusal("requestedRenderConfig.denoiserType is not supported"))
    job_id = artist.submit(scenes / "shot.blend", config=config)
    job = artist.ends(job_id)
    assert picky.arrived.is_set()
    assert [note for note in job.notes if "denoiserType" in note] == list(job.notes)
    assert len(job.notes) == 1
    requested = farm.job(job.remote_id)["requestedConfig"]
    assert "denoiserType" not in requested
    assert requested["compositorDevice"] == "CPU"

    proxy.rule(r"^POST .*/render$", canned=refusal("requestedRenderConfig.frameRanges: cannot be read"))
    job_id = artist.submit(scenes / "shot.blend")
    job = artist.fails(job_id, "refused")
    assert job.failure is not None and "frameRanges" in job.failure.message
    assert job.config.frame_ranges == ("1",)
    assert job.notes == ()
    artist.wish(Wish.RETRY, job_id)
    artist.ends(job_id)


def test_a_job_that_cannot_be_handled_leaves_the_others_alone(
    farm: Farm, scenes: Path, artists: Artists, tmp_path: Path
) -> None:
    artist = artists(farm.api_url)
    # no program can make such a folder; what Python says about it is nothing that anybody expects
    impossible = artist.submit(scenes / "shot.blend", output_dir=tmp_path / "nul\0")
    good = artist.submit(scenes / "shot.blend")
    job = artist.fails(impossible, "unexpected")
    assert job.failure is not None and "ValueError" in job.failure.detail
    artist.ends(good)
    assert artist.log().count(" begins,") == 1


def test_a_journal_that_is_held_by_another_program_is_waited_for(proxy: Proxy, scenes: Path, artists: Artists) -> None:
    artist = artists(proxy.api_url)
    uploading = proxy.rule(r"^PUT /upload/", hold=True)
    job_id = artist.submit(scenes / "shot.blend")
    uploading.wait()
    command = [sys.executable, str(OTHER_BLENDER), "block", str(artist.home.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        until(lambda: other.stdout.readline() == "blocked\n", "the journal is held")
        # the worker cannot write down what it has sent
        uploading.release()
        until(lambda: "held by another program" in artist.log(), "the worker has noticed")
        other.kill()
    artist.ends(job_id)
    assert artist.log().count(" begins,") == 1
