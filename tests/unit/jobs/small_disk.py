# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives the worker a tiny disk in place of a folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from renderjuice.jobs.client.session import Session
from renderjuice.tests.support.waiting import until
from renderjuice.tests.unit.jobs.artist import Artist


@contextmanager
def small_disk(artist: Artist, folder: Path, size: int) -> Iterator[None]:
    """Workers that are started now see a file system of so many bytes in place of `folder`, and nobody else does.

    It holds what is in the folder by then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder.with_name(f"{folder.name} as it was")
    script = f'''
        cp -a "{folder}/." "{kept}" && mount -t tmpfs -o size={size} tmpfs "{folder}" && cp -a "{kept}/." "{folder}" &&
        exec "{sys.executable}" -I "$@"
    '''
    arguments = ("--user", "--map-root-user", "--mount", "sh", "-c", script, "sh")
    plain = artist.session
    artist.session = Session(artist.home, python="unshare", python_args=arguments, pace=artist.pace)
    try:
        yield
        until(lambda: artist.worker_pid() == 0, "the worker has gone, and its file system with it")
    finally:
        artist.session.close()
        artist.session = plain
