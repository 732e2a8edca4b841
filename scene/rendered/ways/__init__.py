# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways by which a datablock comes into a render: what uses it, and what that takes of it.

Runs in Blender's process, and in the packer's.
"""
