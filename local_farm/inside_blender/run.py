# SPDX-License-Identifier: GPL-3.0-or-later
"""The one script that the farm hands to Blender: reads a request, runs `validate` or `render`, reports events.

Works in a Blender program (`--python run.py -- COMMAND REQUEST`) and in a Python that has the `bpy` module
(`run.py -- COMMAND REQUEST`).
"""

import ctypes
import importlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1  # of Linux's prctl.h


def end_with_the_farm() -> None:
    """Have the system kill this process when the farm is killed, which Linux can do."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def reporter(path: Path) -> Callable[..., None]:
    """Give a function that appends one event (a JSON line) to `path`; it ends Blender when the farm is gone."""
    farm = os.getppid()

    def report(event: str, **fields: Any) -> None:
        if os.getppid() != farm:
            os._exit(3)
        with path.open("a", encoding="utf-8") as events:
            events.write(json.dumps({"event": event, **fields}) + "\n")

    return report


def main() -> int:
    """Run the command and give the exit code: 0 when it reported a result, be it a failure that it understands."""
    command, request_path = sys.argv[sys.argv.index("--") + 1 :]
    request = json.loads(Path(request_path).read_text(encoding="utf-8"))
    end_with_the_farm()
    report = reporter(Path(request["events"]))
    sys.path.append(str(Path(__file__).resolve().parent.parent))
    failures = importlib.import_module("inside_blender.failures")
    try:
        importlib.import_module(f"inside_blender.{command}").main(request, report)
    except failures.JobFailed as failure:
        report("failed", name=failure.name, type=failure.type)
    except Exception as error:
        traceback.print_exc()
        report("failed", name=f"{type(error).__name__}: {error}".strip(), type="blender_error")
        return 1
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: some `bpy` modules (4.2, 4.5) crash or hang while they are torn down.
    os._exit(code)
