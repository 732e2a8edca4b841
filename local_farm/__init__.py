# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for the render farm on this machine; shares no code with the extension, so that each checks the other.

Does not ship. It has the documented API, storage beside it, and real Blender behind it.
"""
