# SPDX-License-Identifier: GPL-3.0-or-later
"""The program of the second Blender, which rewrites paths in copies of .blend files. Runs in the packer's process.

`second_blender` is the exception: the first Blender asks it how the second one is started.
"""
