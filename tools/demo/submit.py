# SPDX-License-Identifier: GPL-3.0-or-later
"""Submit the demo's scene as an artist would, with the built zip installed into this Blender.

Run by Blender's Python: `python submit.py ZIP SCENE FRAMES OUTPUT`, with BLENDER_USER_RESOURCES on an empty folder
and the server in RENDERJUICE_API_URL and RENDERJUICE_API_KEY.
"""

import sys

import bpy

MODULE = "bl_ext.user_default.renderjuice"


def main(package: str, scene_file: str, frames: str, output: str) -> None:
    """Install and enable the zip `package`, open the scene and wait until its `frames` lie in `output`.

    Raises RuntimeError with the extension's own words when it does not come to that.
    """
    bpy.context.preferences.system.use_online_access = True
    bpy.ops.extensions.package_install_files(repo="user_default", filepath=package, enable_on_install=True)
    if MODULE not in bpy.context.preferences.addons:
        raise RuntimeError(f"Blender {bpy.app.version_string} did not enable the extension.")
    try:
        bpy.ops.wm.open_mainfile(filepath=scene_file)
        result = bpy.ops.renderjuice.submit(frames=frames, output_dir=output, wait=True)
        if result != {"FINISHED"}:
            raise RuntimeError(f"The submit operator gave {result}.")
    finally:
        # With an extension still enabled, older versions crash or hang at exit.
        bpy.ops.preferences.addon_disable(module=MODULE)


if __name__ == "__main__":
    main(*sys.argv[1:5])
