# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for the render farm on this machine: the documented API, storage beside it, and real Blender behind it."""
