# SPDX-License-Identifier: GPL-3.0-or-later
"""Why the worker does not work for a Blender. Loads nothing that starts one."""

from __future__ import annotations

from contextlib import suppress

from ...messages.message import Message
from ..home import Home


class WorkerError(Exception):
    """The worker does not work for this Blender; the text tells the artist why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)


class OtherKey(WorkerError):
    """The worker that is there was started by a Blender whose environment has another API key, or none."""

    def __init__(self) -> None:
        super().__init__(
            Message(
                "The background process of another Blender works with another RENDERJUICE_API_KEY. "
                "Wait until its jobs are done, or start this Blender with the same key, and try again."
            )
        )


class WorkerFailed(WorkerError):
    """The process that does the transfers cannot be started, or keeps ending with an error."""

    def __init__(self, home: Home) -> None:
        last_line = ""
        with suppress(OSError):
            lines = home.worker_errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            last_line = f" ({lines[-1]})" if lines else ""
        super().__init__(
            Message(
                "The background process that sends and fetches files could not be started{}. "
                "Restart Blender; if it stays so, report it with the files in {}.",
                last_line,
                home.path,
            )
        )
