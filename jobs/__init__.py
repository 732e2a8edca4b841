# SPDX-License-Identifier: GPL-3.0-or-later
"""A job after it was handed over: its record, its folders, the names of its outputs. Runs in any process.

The modules here are shared by Blender and the worker; each folder in here says which of them runs it. Never imports
bpy.
"""
