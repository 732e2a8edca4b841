# SPDX-License-Identifier: GPL-3.0-or-later
"""A job after it was handed over: its record, its journal, and what is done for it.

Never imports bpy. The modules here are shared by Blender and the worker; each folder says in which process it runs.
"""
