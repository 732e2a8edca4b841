# SPDX-License-Identifier: GPL-3.0-or-later
"""When a call may be sent again, and how long to wait before: exponential back-off with full jitter and a cap."""

from __future__ import annotations

import logging
import math
import random
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import TypeVar

from .errors import RenderjuiceError

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

ATTEMPTS = 4
"""How often one call is sent before its caller is told."""
FIRST_WAIT = 1.0
"""The longest wait, in seconds, before the second attempt; it doubles with each further one."""
LONGEST_WAIT = 20.0
"""The cap, in seconds, of a wait that the service did not ask for."""
LONGEST_RETRY_AFTER = 60.0
"""A `Retry-After` of more seconds than this is not waited for: the caller is told instead."""


def with_retries(
    call: Callable[[], Answer],
    *,
    repeatable: bool,
    attempts: int,
    sleep: Callable[[float], None],
    failed: Callable[[RenderjuiceError, float], object] = lambda _error, _began: None,
) -> Answer:
    """What `call` gives, tried up to `attempts` times. Raises its last error.

    A call that is not `repeatable` is sent again only where the service surely did not carry it out. `failed` is told
    each failure that may pass by itself, and when that attempt began.
    """
    attempt = 1
    while True:
        began = time.monotonic()
        try:
            return call()
        except RenderjuiceError as error:
            failure = error
        if failure.transient or failure.is_foreign:
            failed(failure, began)
        wait = _wait_before(attempt + 1, failure)
        if attempt >= attempts or wait is None or not _may_repeat(failure, repeatable):
            raise failure
        logger.info("attempt %d of %d failed (%s), waiting %.1f s", attempt, attempts, type(failure).__name__, wait)
        sleep(wait)
        attempt += 1


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds of a `Retry-After` header, given in seconds or as an HTTP-date; None when there is none to read.

    A date is compared with the answer's own `Date`, because the clock of this computer may be wrong.
    """
    text = headers.get("Retry-After", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        until = _http_date(text)
        if until is None:
            return None
        now = _http_date(headers.get("Date", ""))
        return max(0.0, until - (time.time() if now is None else now))
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _may_repeat(failure: RenderjuiceError, repeatable: bool) -> bool:
    """Whether a second attempt can help and does no harm."""
    return failure.transient and (repeatable or not failure.may_have_arrived)


def _wait_before(attempt: int, failure: RenderjuiceError) -> float | None:
    """Seconds to wait before the given attempt (2, 3, …), None when the service asks for more than can be waited."""
    if failure.wait is not None and failure.wait > LONGEST_RETRY_AFTER:
        return None
    backoff = random.SystemRandom().uniform(0, min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 2)))
    return max(backoff, failure.wait or 0.0)


def _http_date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
