# SPDX-License-Identifier: GPL-3.0-or-later
"""The program of the second Blender: it rewrites paths in copies of .blend files. Runs in the packer.

`second_blender` is the exception: the first Blender asks it how the second one is started.
"""
