# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the connection that overlap, as when an artist mends a key while the first one is still being tried."""

from __future__ import annotations

from collections.abc import Callable

from renderjuice.jobs import credentials
from renderjuice.jobs.records import Setting
from renderjuice.tests.support.waiting import until
from renderjuice.tests.unit.jobs.artist import KEY, Artist
from renderjuice.tests.unit.jobs.proxy import Proxy

Artists = Callable[..., Artist]
ASKED = r"^GET .*/jobs\?"


def test_the_answer_to_a_former_test_is_not_taken_for_the_new_ones(proxy: Proxy, artists: Artists) -> None:
    artist = artists(proxy.api_url)
    session, url = artist.session, artist.api_url
    first, second = proxy.rule(ASKED, hold=True), proxy.rule(ASKED, hold=True)
    credentials.store_key(artist.home.credentials, url, "RJ-mistyped")
    session.begin_connection_test(url)
    first.wait()
    credentials.store_key(artist.home.credentials, url, KEY)
    session.begin_connection_test(url)
    second.wait()
    first.release()
    until(lambda: "test 1 of the connection has ended" in artist.log(), "the first test has ended")
    assert session.connection_test() is None
    second.release()
    answer = until(session.connection_test, "the second answer")
    assert answer.is_ok, answer.message


def test_a_test_that_was_asked_for_last_counts_before_the_worker_has_seen_it(proxy: Proxy, artists: Artists) -> None:
    artist = artists(proxy.api_url)
    session, url = artist.session, artist.api_url
    asked = proxy.rule(ASKED, hold=True)
    session.begin_connection_test(url)
    asked.wait()
    with session.journal.together():
        # the worker cannot look at the journal before the second test is in it
        asked.release()
        asked.wait_for_answer()
        session.begin_connection_test(url)
        assert session.journal.setting(Setting.CONNECTION) == ""
    assert until(session.connection_test, "an answer").is_ok
    assert proxy.count(ASKED) == 2
