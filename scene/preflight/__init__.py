# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks before anything is sent: what would go wrong, with what, and how to mend it. Runs in Blender's process.

They only read. A default scene and an ordinary one have no findings: what the artist has chosen is not questioned, but
for what is nearly always an oversight in a render that is sent away.
"""
