# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's data, read as plain data: settings, files, problems. Never changes the open file.

Runs in Blender's process.
"""
