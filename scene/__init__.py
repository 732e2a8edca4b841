# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's data, read as plain data: settings, files, problems. Runs in Blender's process; never changes the file."""
