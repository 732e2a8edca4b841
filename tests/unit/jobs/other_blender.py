# SPDX-License-Identifier: GPL-3.0-or-later
"""Another process at the journal, as a second Blender is: `other_blender.py WHAT HOME …`. Says its process id first.

`start HOME URL PACE` opens a session, starts the worker and goes. `write HOME COUNT` writes so many changes to the job
`shared`. `hold HOME` takes the worker's lock, says so, and keeps it until it is killed. `probe HOME` says whether the
lock is free. `race FOLDER COUNT START` opens so many new journals, each at a time that all who race agree on, and
adds a job to each. `remove HOME JOB` takes a job off the list. `block HOME` opens a write on the journal and keeps it,
`keep-out HOME` keeps readers out as well.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
import types
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def say(text: object) -> None:
    """One line for whoever started this."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(what: str, place: str, *more: str) -> None:
    """Do it."""
    package = types.ModuleType("renderjuice")
    package.__path__ = [str(ROOT)]
    sys.modules["renderjuice"] = package
    from renderjuice.jobs.client.session import Session
    from renderjuice.jobs.home import Home
    from renderjuice.jobs.journal.journal import Journal
    from renderjuice.jobs.worker_lock import WorkerLock

    home = Home(Path(place))
    say(os.getpid())
    if what == "start":
        session = Session(home, python=sys.executable, pace=float(more[1]))
        session.ensure_worker(more[0])
        session.close()
    elif what == "write":
        with Journal(home.journal) as journal:
            for number in range(int(more[0])):
                with journal.together():
                    done = journal.job("shared").bytes_done
                    journal.update("shared", bytes_done=done + 1, status=f"{os.getpid()} {number}")
    elif what == "race":
        from renderjuice.tests.unit.jobs.submissions import submission

        for number in range(int(more[0])):
            while time.monotonic() < float(more[1]) + number * 0.01:
                pass
            with Journal(home.path / f"{number}.sqlite") as journal:
                journal.add(submission())
    elif what == "probe":
        say(WorkerLock(home.worker_lock).is_free())
    elif what == "hold":
        say(WorkerLock(home.worker_lock).acquire())
        time.sleep(600)
    elif what == "remove":
        with closing(Session(home)) as session:
            session.remove(more[0])
    elif what in ("block", "keep-out"):
        connection = sqlite3.connect(home.journal, isolation_level=None)
        if what == "keep-out":
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN IMMEDIATE")
        say("blocked")
        time.sleep(600)


if __name__ == "__main__":
    main(*sys.argv[1:])
