# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes on while the extension is enabled: the one timer, handlers, jobs, the check, arrivals, submitting.

Runs in Blender's process, on its main thread, which never waits: no network, no other process, no threads.
"""

from __future__ import annotations

from . import arrivals, connection, handlers, jobs, thumbnails, timer

MODULES = (thumbnails, jobs, timer, handlers, arrivals, connection)


def register() -> None:
    """Begin to follow the jobs and to listen to Blender."""
    for module in MODULES:
        module.register()


def unregister() -> None:
    """Undo `register`."""
    for module in reversed(MODULES):
        module.unregister()
