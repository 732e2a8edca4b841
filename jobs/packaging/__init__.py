# SPDX-License-Identifier: GPL-3.0-or-later
"""From a snapshot and the files it needs to the one file that is uploaded.

`manifest` is what Blender hands over, `layout` decides where everything goes, `packing` has a second Blender rewrite
the paths that would not hold, and `package` writes the result.
"""
