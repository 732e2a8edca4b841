# SPDX-License-Identifier: GPL-3.0-or-later
"""What the local farm runs inside Blender: only bpy and the standard library, back to Blender 4.2.

Does not ship.
"""
