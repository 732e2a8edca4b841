# SPDX-License-Identifier: GPL-3.0-or-later
"""What a render reads: which scenes, collections, objects, nodes and strips are in its images.

Runs in Blender's process, and in the packer's.
"""
