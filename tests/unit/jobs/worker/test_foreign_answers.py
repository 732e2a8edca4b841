# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that Renderjuice never gave, at every call: login pages, redirects to them, nothing, a body cut short.

They are waited out with the trouble shown, however long they come, and no job ends because of them.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from renderjuice.jobs.client.waiting import wait_for_connection_test
from renderjuice.jobs.records import JobRecord, Stage, Wish
from renderjuice.jobs.worker.patience import FILE_TRIES, LISTING_FAILURES, SENDING_FAILURES
from renderjuice.tests.unit.jobs.artist import Artist
from renderjuice.tests.unit.jobs.proxy import Canned, Proxy

Artists = Callable[..., Artist]
HASTE = 0.001
"""The worker's pauses here, as a share of those that it takes on the internet."""

LOGIN_PAGE = Canned(200, b"<!DOCTYPE html><title>Log in to the hotel's network</title>", "text/html; charset=utf-8")
REDIRECT = Canned(302, b"", "text/html", {"Location": "http://127.0.0.1:9/login"})
NOTHING = Canned(200, b"")
CUT_SHORT = Canned(200, gzip.compress(b'{"data": {"id": "1"}}' * 100)[:40], headers={"Content-Encoding": "gzip"})
PROXY_PAGE = Canned(200, b"Blocked by policy", "text/plain")
BLOCKED = Canned(403, b"<html>Blocked by policy</html>", "text/html")

API_CALLS = (
    r"^POST .*/uploads$",
    r"^POST .*/jobs$",
    r"^GET .*/jobs/[-0-9a-f]{36}$",
    r"^POST .*/validate$",
    r"^POST .*/render$",
    r"^GET .*/jobs/progress$",
    r"^GET .*/downloads$",
)
TRANSFERS = (r"^PUT /upload/", r"^GET /download/")


@pytest.fixture
def artist(proxy: Proxy, artists: Artists) -> Artist:
    """An artist who has tried the connection, as the panel asks for."""
    artist = artists(proxy.api_url, pace=HASTE)
    assert wait_for_connection_test(artist.session, artist.api_url, 60.0) == (
        True,
        "Renderjuice answers, and the key is right.",
    )
    return artist


@pytest.mark.parametrize("canned", [LOGIN_PAGE, REDIRECT, NOTHING, CUT_SHORT, PROXY_PAGE, BLOCKED])
def test_every_call_of_the_api_survives_it(proxy: Proxy, scenes: Path, artist: Artist, canned: Canned) -> None:
    rules = [proxy.rule(call, times=2, canned=canned) for call in API_CALLS]
    job_id = artist.submit(scenes / "shot.blend", frames=(1, 2))
    job = artist.ends(job_id)
    assert (job.stage, job.failure, job.trouble) == (Stage.DONE, None, "")
    assert all(rule.arrived.is_set() for rule in rules)
    assert artist.frames(job_id) == ["0001.png", "0002.png"]
    # each call is looked for or repeated, and nothing is rendered twice
    assert proxy.count(r"^PUT /upload/") == 1


@pytest.mark.parametrize("canned", [LOGIN_PAGE, REDIRECT, BLOCKED])
def test_transfers_survive_it(proxy: Proxy, scenes: Path, artist: Artist, canned: Canned) -> None:
    rules = [proxy.rule(call, times=2, canned=canned) for call in TRANSFERS]
    job_id = artist.submit(scenes / "shot.blend", frames=(1, 2))
    artist.ends(job_id)
    assert all(rule.arrived.is_set() for rule in rules)
    assert artist.frames(job_id) == ["0001.png", "0002.png"]


@pytest.mark.parametrize(
    ("call", "limit"),
    [
        (r"^POST .*/uploads$", SENDING_FAILURES),
        (r"^POST .*/render$", SENDING_FAILURES),
        (r"^GET .*/downloads$", LISTING_FAILURES),
        (r"^GET /download/", FILE_TRIES),
    ],
)
def test_no_job_ends_however_long_it_lasts(proxy: Proxy, scenes: Path, artist: Artist, call: str, limit: int) -> None:
    proxy.rule(call, times=limit + 3, canned=LOGIN_PAGE)
    job_id = artist.submit(scenes / "shot.blend")

    def is_told(job: JobRecord) -> bool:
        return "web page" in job.trouble

    artist.until(job_id, where=is_told)
    job = artist.ends(job_id)
    assert (job.stage, job.trouble) == (Stage.DONE, "")
    assert proxy.count(call) > limit + 3


def test_a_cancel_is_sent_again_until_the_service_itself_answers(proxy: Proxy, scenes: Path, artist: Artist) -> None:
    held = proxy.rule(r"^GET .*/jobs/progress$", hold=True)
    pages = proxy.rule(r"^POST .*/cancel$", times=3, canned=LOGIN_PAGE)
    job_id = artist.submit(scenes / "shot.blend", frames=range(1, 200))
    held.wait()
    artist.wish(Wish.CANCEL, job_id)
    held.release()
    artist.until(job_id, Stage.CANCELED)
    assert pages.times == 0
    assert proxy.count(r"^POST .*/cancel$") == 4


def test_an_address_where_nobody_ever_answered_is_told_at_once(proxy: Proxy, scenes: Path, artists: Artists) -> None:
    """A script that waits must not wait for ever for a server that is another one."""
    artist = artists(proxy.api_url, pace=HASTE)
    proxy.rule(r"^POST .*/uploads$", times=1e9, canned=LOGIN_PAGE)
    job = artist.fails(artist.submit(scenes / "shot.blend"), "unexpected_answer")
    assert job.failure is not None and "Check the API address" in job.failure.next_step
