# SPDX-License-Identifier: GPL-3.0-or-later
"""Program: enable one add-on in this fresh Blender."""

from __future__ import annotations

import sys
import time

import addons
import stand_in

HEAVY = ("requests", "urllib3", "zstandard")
"""What only the worker may import."""


def main(result: str, module: str) -> None:
    """Tell the seconds, of the clock and of the processor, and which of the heavy modules enabling imported.

    Some versions have imported `requests` for themselves by now; it is forgotten first, so that an import would show.
    """
    for name in [name for name in sys.modules if name.partition(".")[0] in HEAVY]:
        del sys.modules[name]
    check = addons.clock_blenders_share()
    began, began_own = time.perf_counter(), time.process_time()
    addons.enable(module)
    seconds, own = time.perf_counter() - began, time.process_time() - began_own
    heavy = [name for name in HEAVY if name in sys.modules]
    share = sum(check)
    addons.disable(module)
    stand_in.tell(result, {"seconds": seconds, "own": own, "share": share, "heavy": heavy})


if __name__ == "__main__":
    main(*sys.argv[1:])
