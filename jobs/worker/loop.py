# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker: the one process that packs, sends, follows and fetches, for every Blender of this user.

It reads wishes from the journal and writes states to it, outlives the Blender that started it, and ends by itself
when nothing is left to do. All its state is in the journal: it may be killed at any moment and started again.
"""

from __future__ import annotations

import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor

from ..journal.errors import JournalError, JournalLost
from ..packaging.changed_files import accept_told
from ..records import SENDING_STAGES, WORKER_GONE, FailureKind, JobRecord, Setting, Wish, WishRecord
from .cancel import cancel_here, cancel_on_the_farm
from .connection import test_connection
from .context import Context
from .fetching.delivery import Deliverer
from .follow import Follower
from .on_disk import Looks
from .part import Part
from .patience import CANCEL_PAUSE, FAILED_STEP_PAUSE, FAILED_STEPS, IDLE_SECONDS, Backoff
from .previews import Previews
from .resume import fetch_again, retry
from .sender import Sender

logger = logging.getLogger(__name__)

TICK = 0.1
"""Seconds between two looks at the journal (5 µs each while nothing changes)."""
CALLS_AT_ONCE = 6
"""Calls to the service at once; what has to be asked of it is small."""


class Worker:
    """The worker's main loop. Only this thread decides; the others do one thing each and end."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._journal = context.journal
        self._callers = ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="call")
        self._sender = Sender(context, self._callers)
        self._previews = Previews(context, self._callers)
        self._follower = Follower(context, self._callers, self._previews.see)
        self._deliverer = Deliverer(context, self._callers)
        self._parts: tuple[Part, ...] = (self._sender, self._follower, self._previews, self._deliverer)
        self._looks = Looks(context.journal)
        self._canceling: dict[int, Future[bool]] = {}
        self._canceled: set[int] = set()
        self._cancel_backoff = Backoff[int](context.slowness)
        self._seen: tuple[int, int] | None = None
        self._jobs: tuple[JobRecord, ...] = ()
        self._wishes: tuple[WishRecord, ...] = ()
        self._is_left_alone = False
        self._tests = 0
        self._busy_until = 0.0
        self._stay_busy()

    def run(self) -> None:
        """Work until nothing is left to do, or until quitting Blender meant to stop. Raises what keeps going wrong."""
        failed = 0
        try:
            while not self._context.quitting.is_set():
                try:
                    if not self._step():
                        break
                    failed = 0
                except JournalLost:
                    # nobody reads what is written there, and the next worker sees the new one
                    raise
                except Exception as error:
                    failed += 1
                    logger.warning("a step failed: %s", error, exc_info=not isinstance(error, JournalError))
                    if failed >= FAILED_STEPS:
                        raise
                self._context.quitting.wait(FAILED_STEP_PAUSE if failed else TICK)
        finally:
            self._context.quitting.set()
            self._sender.close()
            self._callers.shutdown(wait=True, cancel_futures=True)
            self._deliverer.close()

    def _step(self) -> bool:
        """Do what can be done without waiting. False when the worker is to end."""
        self._look()
        for wish in self._wishes_in_turn():
            self._grant(wish)
        self._look()
        if self._is_to_stop() or self._retires():
            return False
        for part in self._parts:
            part.work(self._jobs)
        return True

    def _look(self) -> None:
        """Take in what changed in the journal."""
        version = self._journal.version()
        if version != self._seen:
            before, self._jobs = self._jobs, self._journal.live_jobs()
            for job_id in {job.id for job in before} - {job.id for job in self._jobs}:
                if self._journal.find(job_id) is None:
                    self._context.home.discard(job_id)
            self._wishes = self._journal.wishes()
            self._context.look_online()
            meaning = self._journal.setting(Setting.ON_QUIT)
            self._is_left_alone = meaning in ("STOP", "UPLOADS") and not self._journal.sessions()
            self._seen = version

    def _stay_busy(self) -> None:
        self._busy_until = time.monotonic() + IDLE_SECONDS * self._context.slowness

    # -- wishes ------------------------------------------------------------------------------------------------------

    def _wishes_in_turn(self) -> list[WishRecord]:
        """The wishes that may be granted now: of one job only the oldest, because a cancel takes its time.

        A look may take for ever, and nothing waits for it.
        """
        first: dict[str, WishRecord] = {}
        for wish in self._wishes:
            is_of_job = wish.job_id and wish.kind is not Wish.LOOK
            first.setdefault(wish.job_id if is_of_job else str(wish.id), wish)
        return list(first.values())

    def _grant(self, wish: WishRecord) -> None:
        if self._is_awaited(wish):
            self._stay_busy()
        job = self._journal.find(wish.job_id)
        if wish.kind is Wish.CANCEL:
            self._grant_cancel(wish, job)
            return
        if wish.kind is Wish.TEST_CONNECTION:
            self._begin_test(wish)
            return
        if wish.kind is Wish.LOOK:
            self._looks.begin(wish)
            return
        self._context.hosts.forget()
        for part in self._parts:
            part.hurry()
        with self._journal.together():
            if wish.kind is Wish.RETRY and job is not None:
                if job.failure is not None and job.failure.kind is FailureKind.FILES_CHANGED:
                    accept_told(self._context.home.submission(job.id))
                retry(self._journal, job)
            elif wish.kind is Wish.DOWNLOAD and job is not None:
                fetch_again(self._journal, job, wish.argument)
            self._journal.fulfil(wish)

    def _is_awaited(self, wish: WishRecord) -> bool:
        """True for all but a look that no Blender is there to hear of."""
        return wish.kind is not Wish.LOOK or bool(self._journal.sessions())

    def _begin_test(self, wish: WishRecord) -> None:
        """Have the connection tested. A wish that is still there when a test ends is for another one."""
        self._journal.fulfil(wish)
        self._tests += 1
        number = self._tests
        self._callers.submit(test_connection, self._context, wish, lambda: number == self._tests)

    def _grant_cancel(self, wish: WishRecord, job: JobRecord | None) -> None:
        """Stop the work on a job here, then on the farm. The wish stays until both is done."""
        cancellation = self._context.cancellation(wish.job_id)
        cancellation.set()
        self._deliverer.stop(wish.job_id)
        is_sending = self._sender.is_busy(wish.job_id)
        is_calling = self._is_canceling(wish)
        if job is None or not job.is_live or wish.id in self._canceled:
            if not (is_sending or is_calling or self._deliverer.is_busy(wish.job_id)):
                cancellation.clear()
                self._canceled.discard(wish.id)
                self._cancel_backoff.forget(wish.id)
                self._journal.fulfil(wish)
        elif not is_calling and not cancel_here(self._context, job):
            # a call that makes or starts the job has to end first, for its answer tells what there is to cancel
            is_due = self._cancel_backoff.is_due(wish.id)
            if is_due and not is_sending and self._context.is_online:
                self._canceling[wish.id] = self._callers.submit(cancel_on_the_farm, self._context, job)

    def _is_canceling(self, wish: WishRecord) -> bool:
        """True while the farm is being told. Notes whether that is settled, or when to try again."""
        running = self._canceling.get(wish.id)
        if running is None or not running.done():
            return running is not None
        del self._canceling[wish.id]
        self._cancel_backoff.pause(wish.id, CANCEL_PAUSE)
        if error := running.exception():
            logger.warning("cancel of job %s: %s", wish.job_id, error, exc_info=error)
        elif running.result():
            self._canceled.add(wish.id)
        return False

    # -- the end -----------------------------------------------------------------------------------------------------

    def _is_to_stop(self) -> bool:
        """True when the last Blender has gone and its user wanted the worker to go with it."""
        if not self._is_left_alone:
            return False
        with self._journal.together():
            meaning = self._journal.setting(Setting.ON_QUIT)
            if not meaning or self._journal.sessions():
                return False  # a Blender came back in the very last moment
            if meaning == "UPLOADS" and any(job.stage in SENDING_STAGES for job in self._journal.live_jobs()):
                return False
            self._journal.set_setting(Setting.WORKER, WORKER_GONE)
        return True

    def _retires(self) -> bool:
        """True once nothing was left to do for a while, and nothing was asked for in the very last moment."""
        if self._jobs:
            self._stay_busy()
            return False
        if time.monotonic() < self._busy_until:
            return False
        with self._journal.together():
            if self._journal.live_jobs() or any(map(self._is_awaited, self._journal.wishes())):
                return False
            self._journal.set_setting(Setting.WORKER, WORKER_GONE)
        return True
