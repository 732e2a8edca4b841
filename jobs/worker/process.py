# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker as a process: its arguments, its lock, its log and its signals."""

from __future__ import annotations

import argparse
import logging
import logging.handlers
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ..credentials import fingerprint
from ..home import Home
from ..journal.errors import JournalError
from ..journal.journal import Journal
from ..records import Setting
from ..worker_lock import WorkerLock
from .context import Context
from .loop import Worker

logger = logging.getLogger(__name__)

LOG_BYTES = 1_000_000
SNAPSHOT_SECONDS = 24 * 3600.0
"""Age from which a snapshot without a job is taken for forgotten."""
LOCK_PATIENCE = 5.0
"""Seconds to wait for a worker that is just ending."""


def run(arguments: Sequence[str]) -> int:
    """Be the worker of one home, unless there is one already. Gives the process's exit code."""
    parser = argparse.ArgumentParser(prog="renderjuice worker")
    parser.add_argument("--home", type=Path, required=True, help="the extension's user folder")
    parser.add_argument("--api-url", required=True, help="the service address that the environment's key belongs to")
    parser.add_argument("--pace", type=float, default=1.0, help="stretches every pause; below 1 for a service nearby")
    options = parser.parse_args(arguments)
    home = Home(options.home).create()
    lock = WorkerLock(home.worker_lock)
    if not lock.acquire(LOCK_PATIENCE):
        lock.close()
        return 0
    _log_to(home.worker_log)
    logger.info("worker %s begins, Python %s", os.getpid(), sys.version.split()[0])
    try:
        with Journal(home.journal) as journal:
            journal.set_setting(Setting.WORKER_KEY, fingerprint(options.api_url))
            journal.set_setting(Setting.WORKER, str(os.getpid()))
            _discard_forgotten(home, journal)
            context = Context(home, journal, options.api_url, slowness=options.pace)
            for name in ("SIGTERM", "SIGINT", "SIGHUP"):
                if hasattr(signal, name):
                    signal.signal(getattr(signal, name), lambda *_: context.quitting.set())
            Worker(context).run()
    except JournalError as error:
        logger.error("%s", error)
        return 1
    finally:
        logger.info("worker %s ends", os.getpid())
        lock.close()
    return 0


def _discard_forgotten(home: Home, journal: Journal) -> None:
    """Remove what is kept of jobs that are not in the journal (any more), and thumbnails that nobody shows."""
    home.discard_previews(journal.previews())
    known = journal.job_ids()
    for folder in home.submissions():
        # a Blender may be saving a snapshot right now, whose job is written down after it
        if folder.name not in known and time.time() - folder.stat().st_mtime > SNAPSHOT_SECONDS:
            home.discard_submission(folder.name)


def _log_to(path: Path) -> None:
    """Write the log for the support bundle, of bounded size. Other libraries speak of warnings only."""
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger(__package__).setLevel(logging.INFO)
    # its warnings name whole addresses, whose tokens are nobody else's business
    logging.getLogger("urllib3").setLevel(logging.ERROR)
