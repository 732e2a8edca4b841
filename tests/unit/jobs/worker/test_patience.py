# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the worker waits after failures: once for a burst, longer in a row, and as long as a host asks for."""

from __future__ import annotations

import itertools

import pytest

from renderjuice.api.errors import (
    CertificateRejected,
    NotFound,
    RateLimited,
    ServiceDown,
    TimedOut,
    UnexpectedAnswer,
    Unreachable,
)
from renderjuice.jobs.journal.errors import JournalBusy
from renderjuice.jobs.worker.patience import (
    LONGEST_PAUSE,
    MAX_RETRY_AFTER,
    SHORTEST_PAUSE,
    Backoff,
    is_waited_out,
    passes_by_itself,
)

JITTER = 1.15


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def backoff(clock: Clock) -> Backoff[str]:
    return Backoff(1.0, first_pause=0.5, clock=clock)


def test_a_burst_counts_as_one_failure(backoff: Backoff[str], clock: Clock) -> None:
    began = clock.now
    clock.now += 0.1
    pauses = [backoff.failed("host", ServiceDown(), began=began) for _ in range(1000)]
    assert backoff.failures("host") == 1
    assert max(pauses) <= 0.5 * JITTER
    assert not backoff.is_due("host")
    assert not backoff.is_closed("host")
    clock.now += 1.0
    assert backoff.is_due("host")


def test_failures_in_a_row_wait_longer_each_time_up_to_a_limit(backoff: Backoff[str], clock: Clock) -> None:
    pauses = []
    for _ in range(12):
        began = clock.now
        clock.now += 0.1
        pauses.append(backoff.failed("host", Unreachable(), began=began))
        clock.now += pauses[-1]
    assert all(later > earlier for earlier, later in itertools.pairwise(pauses[:6]))
    assert max(pauses) <= LONGEST_PAUSE * JITTER
    assert pauses[-1] >= LONGEST_PAUSE * 0.85


def test_after_two_bursts_in_a_row_nothing_new_is_begun_until_the_pause_is_over(
    backoff: Backoff[str], clock: Clock
) -> None:
    for _ in range(2):
        clock.now += 0.2
        pause = backoff.failed("host", Unreachable(), began=clock.now)
    assert backoff.is_closed("host")
    assert not backoff.is_closed("other host")
    clock.now += pause
    assert not backoff.is_closed("host")


def test_a_success_ends_the_row_but_not_what_a_host_asked_for(backoff: Backoff[str], clock: Clock) -> None:
    backoff.failed("host", Unreachable())
    backoff.succeeded("host")
    assert backoff.is_due("host")
    assert backoff.failures("host") == 0
    backoff.failed("host", RateLimited(wait=60.0))
    backoff.succeeded("host")
    assert backoff.is_closed("host")
    clock.now += 59.9
    assert backoff.is_closed("host")
    clock.now += 0.2
    assert not backoff.is_closed("host")
    assert backoff.is_due("host")


def test_what_a_host_asks_for_counts_in_a_burst_as_well(backoff: Backoff[str], clock: Clock) -> None:
    began = clock.now
    backoff.failed("host", ServiceDown(), began=began)
    assert backoff.failed("host", ServiceDown(wait=40.0), began=began) == 40.0
    assert backoff.failures("host") == 1


def test_a_host_nearby_is_waited_for_less(clock: Clock) -> None:
    assert Backoff[str](0.1, clock=clock).failed("host", Unreachable()) <= 2 * SHORTEST_PAUSE * JITTER * 0.1


def test_questions_are_paced_by_answers(clock: Clock) -> None:
    backoff = Backoff[str](1.0, clock=clock)
    backoff.paced("job", changed=True)
    assert SHORTEST_PAUSE * 0.85 <= backoff.seconds_left("job") <= SHORTEST_PAUSE * JITTER
    backoff.paced("job", changed=True, at_least=25.0)
    assert backoff.seconds_left("job") == 25.0
    backoff.forget("job")
    assert backoff.is_due("job")


def test_what_is_waited_out_and_for_how_long() -> None:
    def waits(error: BaseException, failures: int = 0, *, has_answered: bool = False) -> bool:
        return is_waited_out(error, failures, 4, has_answered=has_answered)

    assert waits(Unreachable(), 3)
    assert not waits(Unreachable(), 4)
    assert waits(JournalBusy("held"), 3)
    assert not waits(NotFound())
    assert not waits(UnexpectedAnswer())
    # a login page says nothing about a job, however long it stands there
    assert waits(UnexpectedAnswer(is_foreign=True), 10_000)
    # nor does a lost connection to where the service has answered before
    assert waits(Unreachable(), 10_000, has_answered=True)
    assert waits(TimedOut(), 10_000, has_answered=True)
    assert not waits(ServiceDown(), 4, has_answered=True)
    assert not waits(CertificateRejected(), has_answered=True)
    assert not passes_by_itself(ValueError())


def test_a_night_at_a_login_page_uses_up_no_patience(backoff: Backoff[str], clock: Clock) -> None:
    """When the network drops after it, that is the first failure which counts."""
    for _ in range(1000):
        clock.now += 60
        backoff.failed("job", UnexpectedAnswer(is_foreign=True))
    assert backoff.counted("job") == 0
    clock.now += 60
    backoff.failed("job", Unreachable())
    assert backoff.counted("job") == 1
    assert is_waited_out(Unreachable(), backoff.counted("job"), 2, has_answered=False)
    backoff.succeeded("job")
    assert backoff.counted("job") == backoff.failures("job") == 0


def test_a_wait_that_nobody_can_mean_is_cut(backoff: Backoff[str]) -> None:
    assert backoff.failed("host", RateLimited(wait=1e9)) == MAX_RETRY_AFTER
