# SPDX-License-Identifier: GPL-3.0-or-later
"""Program: install the built extension into an empty user folder, and enable it once so that it is compiled."""

from __future__ import annotations

import sys

import addons
import bpy  # noqa: TID251
import stand_in


def main(result: str, archive: str, module: str) -> None:
    """Install, enable and disable again: an extension that is enabled may hang some versions at their end."""
    bpy.ops.extensions.package_install_files(repo="user_default", filepath=archive, enable_on_install=True)
    if module not in bpy.context.preferences.addons:
        raise SystemExit(f"{module} could not be enabled")
    addons.disable(module)
    stand_in.tell(result, {"version": bpy.app.version_string})


if __name__ == "__main__":
    main(*sys.argv[1:])
