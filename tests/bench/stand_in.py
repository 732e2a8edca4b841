# SPDX-License-Identifier: GPL-3.0-or-later
"""For programs outside of Blender: the extension's modules as `renderjuice.…`, without its own `__init__`."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path
from typing import Any


def use(extension: Path) -> None:
    """Let `renderjuice.jobs.worker` and its like be imported from the extension's folder, as its worker does it."""
    package = types.ModuleType("renderjuice")
    package.__path__ = [str(extension)]
    sys.modules["renderjuice"] = package


def tell(result: str, found: Any) -> None:
    """Hand what was found to the program that asked for it."""
    Path(result).write_text(json.dumps(found), encoding="utf-8")


def peak_memory() -> int:
    """The most bytes of memory that this process held at once.

    Linux says it of the program itself; what `getrusage` says there includes the program that started it.
    """
    try:
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
