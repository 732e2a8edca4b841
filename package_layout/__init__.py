# SPDX-License-Identifier: GPL-3.0-or-later
"""Where each file lies in the package, and which path leads to it: what scene, worker and packer share.

Runs in any process. Plain data: no bpy, and nothing is written to a disk.
"""
