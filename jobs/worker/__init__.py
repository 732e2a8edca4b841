# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker: sends, follows and fetches jobs in a process of its own, without Blender. Runs in the worker.

It never imports bpy; network, heavy disk work and threads belong here.
"""
