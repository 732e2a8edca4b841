# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker's program: started by its path with Blender's own Python, in isolated mode, without Blender.

In isolated mode nothing of the extension can be imported by name, and the extension's own `__init__` needs bpy.
So a stand-in package with the extension's folder as its path is put in place, from which relative imports work.
"""

import sys
import types
from pathlib import Path

EXTENSION = Path(__file__).resolve().parents[2]
PACKAGE = "renderjuice_worker"


def main() -> int:
    """Run the worker; the exit code is for whoever reads the log."""
    package = types.ModuleType(PACKAGE)
    package.__path__ = [str(EXTENSION)]
    sys.modules[PACKAGE] = package
    from renderjuice_worker.jobs.worker.process import run  # type: ignore[import-not-found]

    return int(run(sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
