# SPDX-License-Identifier: GPL-3.0-or-later
"""How patient the worker is: how often it asks, how long it waits after a failure, and when it gives up.

Only `api/retry.py` decides about patience as well: how often one call is sent again before the worker hears of it.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from ...api.errors import RenderjuiceError, TimedOut, Unreachable
from ..journal.errors import JournalBusy

SHORTEST_PAUSE, LONGEST_PAUSE = 2.0, 30.0
"""Seconds between two questions to the service."""
PAUSE_GROWTH = 1.3
"""By how much the pause grows while nothing changes."""
SECONDS_BETWEEN_LISTINGS = 0.25
"""The pause between two listings for each job that is fetched: a second never sees more than four of them."""
FIRST_FILE_PAUSE = 0.5
"""Seconds until a file that did not come is asked for again."""
BURST_SECONDS = 0.1
"""Tries that began so shortly after a failure was noted are of the same burst."""
FAILED_BURSTS_THAT_STOP_OTHERS = 2
"""Bursts of failures in a row after which no other file is asked of that host until its pause is over."""

SENDING_FAILURES = 20
"""Failures in a row that a job waits out while it is sent: about ten minutes."""
POLL_FAILURES = 120
"""Polls without an answer after which a job is given up: about an hour. A retry goes on from there."""
LISTING_FAILURES = 20
"""Listings without an answer after which a job is given up: about ten minutes."""
FILE_TRIES = 24
"""Tries for one file while the network is gone: about ten minutes."""
UNANSWERED_FILE_TRIES = 12
"""The same at a host that never answered, before the service is asked for another listing: about four minutes."""
UNANSWERED_LISTINGS = 2
"""Listings in a row of which a file does not come from such a host. While the service is silent, too, none counts."""
DAMAGED_FILE_TRIES = 4
"""Tries for a file that arrives and is no image, or whose address has always expired."""
PREVIEW_TRIES = 4
"""Tries for a thumbnail, whatever is wrong with it."""
MAX_RETRY_AFTER = 3600.0
"""The longest `Retry-After` in seconds that is believed."""
EXPIRED_UPLOAD_URLS = 4
"""Presigned URLs that may expire before an upload is given up."""

CANCEL_PAUSE = 5.0
"""Seconds until a cancel that did not succeed is sent again."""
IDLE_SECONDS = 5.0
"""Seconds that the worker waits for more to do before it ends."""
FAILED_STEPS = 30
"""Steps in a row that may fail before the worker ends; whoever looks starts another one."""
FAILED_STEP_PAUSE = 1.0
"""Seconds after a step that failed."""


def is_foreign(error: BaseException) -> bool:
    """True for an answer that is not the service's own, such as the login page of a network."""
    return isinstance(error, RenderjuiceError) and error.is_foreign


def is_no_connection(error: BaseException) -> bool:
    """True when nobody answered: it says nothing about the job, nor how long it will last."""
    return isinstance(error, (Unreachable, TimedOut)) and error.transient


def passes_by_itself(error: BaseException) -> bool:
    """True for an error after which the same call may succeed, without anybody doing anything."""
    is_transient = isinstance(error, RenderjuiceError) and error.transient
    return is_transient or is_foreign(error) or isinstance(error, JournalBusy)


def is_waited_out(error: BaseException, failures: int, limit: int, *, has_answered: bool) -> bool:
    """True while a job waits for an error to pass: up to `limit` counted failures in a row (`Backoff.counted`).

    An answer that is not the service's own is waited out without a limit: the login page of a network says nothing
    about the job. So is a lost connection to an address that `has_answered` before; one where nobody ever answered may
    be wrong, and a script that waits has to end.
    """
    has_no_limit = is_foreign(error) or (has_answered and is_no_connection(error))
    return has_no_limit or (passes_by_itself(error) and failures < limit)


@dataclass
class Pace:
    """The pause before the next question. `failed` counts the failures in a row.

    The pause is the shortest after each change. It grows slowly without one, and doubles with each failure.
    """

    pause: float = SHORTEST_PAUSE
    failed: int = 0
    shortest: float = SHORTEST_PAUSE

    def after(self, changed: bool) -> float:
        """Seconds to wait after an answer; jitter keeps many computers from asking in step."""
        self.failed = 0
        self.pause = self.shortest if changed else min(LONGEST_PAUSE, self.pause * PAUSE_GROWTH)
        return _jittered(self.pause)

    def after_failure(self, error: BaseException) -> float:
        """Seconds to wait after a failure: longer each time, and as long as the service asks for at least."""
        self.failed += 1
        self.pause = min(LONGEST_PAUSE, self.pause * 2)
        return max(_jittered(self.pause), asked_for(error))


def asked_for(error: BaseException) -> float:
    """Seconds that the service asked to be left alone (`Retry-After`), 0 when it asked for nothing."""
    return min(error.wait or 0.0, MAX_RETRY_AFTER) if isinstance(error, RenderjuiceError) else 0.0


def _jittered(seconds: float) -> float:
    return seconds * random.uniform(0.85, 1.15)  # noqa: S311


Key = TypeVar("Key", bound=Hashable)


@dataclass
class _Wait:
    """What is known of one key: its pace, the end of its pause, and the end of what a `Retry-After` asked for.

    `counted` is how many of the failures in a row were the service's own. `failed_at` is when the last one was noted.
    """

    pace: Pace
    counted: int = 0
    until: float = 0.0
    asked_until: float = 0.0
    failed_at: float = -1.0


class Backoff(Generic[Key]):
    """When each of several things may be tried again. Its methods may be called from any thread.

    Several failures of a burst count as one: a try that began before the last failure was noted, or just after, tells
    nothing new.
    `slowness` stretches every pause. `first_pause` is the pause after the first failure, in seconds.
    """

    def __init__(
        self, slowness: float, *, first_pause: float = 2 * SHORTEST_PAUSE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._slowness = slowness
        self._first_pause = first_pause
        self._clock = clock
        self._lock = threading.Lock()
        self._waits: dict[Key, _Wait] = {}

    def is_due(self, key: Key) -> bool:
        """True when nothing has to be waited for."""
        return self.seconds_left(key) <= 0

    def seconds_left(self, key: Key) -> float:
        """Seconds until it is due, 0 or less when it is."""
        with self._lock:
            wait = self._waits.get(key)
            return 0.0 if wait is None else wait.until - self._clock()

    def is_closed(self, key: Key) -> bool:
        """True while nothing new may be begun: after a `Retry-After`, and after several bursts of failures in a row."""
        with self._lock:
            wait, now = self._waits.get(key), self._clock()
            if wait is None or now >= wait.until:
                return False
            return now < wait.asked_until or wait.pace.failed >= FAILED_BURSTS_THAT_STOP_OTHERS

    def failures(self, key: Key) -> int:
        """Bursts of failures in a row, since the last success."""
        with self._lock:
            wait = self._waits.get(key)
            return 0 if wait is None else wait.pace.failed

    def counted(self, key: Key) -> int:
        """Those of the failures in a row that count: all but answers that were not the service's own."""
        with self._lock:
            wait = self._waits.get(key)
            return 0 if wait is None else wait.counted

    def failed(self, key: Key, error: BaseException, *, began: float | None = None) -> float:
        """Note a failure and give the seconds until the next try.

        `began` is when the try began, by the clock; None means that no other try was under way.
        """
        with self._lock:
            wait, now = self._wait(key), self._clock()
            wait.asked_until = max(wait.asked_until, now + asked_for(error) * self._slowness)
            if began is None or began > wait.failed_at + BURST_SECONDS:
                wait.failed_at = now
                wait.counted += not is_foreign(error)
                wait.until = max(wait.until, now + wait.pace.after_failure(error) * self._slowness)
            wait.until = max(wait.until, wait.asked_until)
            return wait.until - now

    def paced(self, key: Key, *, changed: bool = True, at_least: float = 0.0) -> None:
        """Note an answer: the next question is due after the pace's pause, and after `at_least` seconds."""
        with self._lock:
            wait = self._wait(key)
            wait.counted = 0
            wait.until = self._clock() + max(wait.pace.after(changed), at_least) * self._slowness

    def succeeded(self, key: Key) -> None:
        """Note a success: nothing has to be waited for but what a `Retry-After` asked for."""
        with self._lock:
            wait = self._waits.get(key)
            if wait is not None:
                self._waits[key] = replace(self._new(), until=wait.asked_until, asked_until=wait.asked_until)

    def start_over(self, key: Key) -> None:
        """Count from zero again, after what failed was given up. The pause goes on."""
        with self._lock:
            wait = self._waits.get(key)
            if wait is not None:
                wait.counted = wait.pace.failed = 0

    def pause(self, key: Key, seconds: float) -> None:
        """Wait for so many seconds at least, without a failure."""
        with self._lock:
            wait = self._wait(key)
            wait.until = max(wait.until, self._clock() + seconds * self._slowness)

    def forget(self, key: Key | None = None) -> None:
        """Drop what is known of one key; None means of all."""
        with self._lock:
            if key is None:
                self._waits.clear()
            else:
                self._waits.pop(key, None)

    def _wait(self, key: Key) -> _Wait:
        return self._waits.setdefault(key, self._new())

    def _new(self) -> _Wait:
        # the first failure doubles the pause, as each one does
        half = self._first_pause / 2
        return _Wait(Pace(pause=half, shortest=min(SHORTEST_PAUSE, half)))
