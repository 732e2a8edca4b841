# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files the render reads. Runs in Blender's process."""
