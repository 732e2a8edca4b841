# SPDX-License-Identifier: GPL-3.0-or-later
"""The packer's program: a second Blender in the background, which rewrites paths in copies of .blend files.

Started by its path with a plan after `--`: as Blender's `--python` script, or by a Python that has Blender as a module.
As in jobs/worker/start_worker.py, a stand-in package is put in place from which relative imports work.
"""

import sys
import types
from pathlib import Path

EXTENSION = Path(__file__).resolve().parent.parent
PACKAGE = "renderjuice_packer"


def main() -> int:
    """Carry out the plan that the command line names; gives the exit code."""
    package = types.ModuleType(PACKAGE)
    package.__path__ = [str(EXTENSION)]
    sys.modules[PACKAGE] = package
    from renderjuice_packer.packer.rewriting import carry_out  # type: ignore[import-not-found]

    return int(carry_out(Path(sys.argv[sys.argv.index("--") + 1])))


if __name__ == "__main__":
    sys.exit(main())
