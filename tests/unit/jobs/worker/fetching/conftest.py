# SPDX-License-Identifier: GPL-3.0-or-later
"""The delivery of a worker's jobs, without its loop."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from renderjuice.jobs.worker.context import Context
    from renderjuice.jobs.worker.fetching.delivery import Deliverer


@pytest.fixture
def deliverer(context: Context) -> Iterator[Deliverer]:
    """Delivers while it is told to work."""
    # Not above: the package `renderjuice` is put in place after this file is read.
    from renderjuice.jobs.worker.fetching.delivery import Deliverer

    with ThreadPoolExecutor(2) as callers:
        made = Deliverer(context, callers)
        yield made
        context.quitting.set()
        made.close()
