# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever changes the open file: remedies, selection, footage, snapshot. Runs in Blender's process."""
