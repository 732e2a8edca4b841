# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Blender's data names files: one module a kind of path. Runs in Blender's process."""
