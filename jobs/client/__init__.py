# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's end of the journal: hands jobs over, waits for them, keeps a worker running. Runs in Blender's process."""
