# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks before anything is sent: what would go wrong, with what, and how to mend it. Runs in Blender's process.

They only read. An ordinary scene has no findings. What the artist has chosen is not questioned, except for settings
that are nearly always an oversight in a render that is sent away.
"""
