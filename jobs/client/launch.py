# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that live on their own: the worker, started so that it outlives Blender, and other Blenders."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Sequence

from ..home import Home

logger = logging.getLogger(__name__)


def start_worker(command: Sequence[str], home: Home) -> subprocess.Popen[bytes]:
    """Start the worker so that it outlives this process: no console, no terminal, no share in our signals or folder.

    What it has to say before its log is open goes to a file of its own. Raises `OSError`.
    """
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    logger.info("starting the worker")
    with home.worker_errors.open("wb") as error_file:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=error_file,
            cwd=home.path,
            start_new_session=True,
            creationflags=flags,
        )


def is_alive(pid: int) -> bool:
    """Whether a process is there; True where nobody can know."""
    if sys.platform == "win32":
        return True  # os.kill would end the process there; a left-over session only keeps the worker working
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
