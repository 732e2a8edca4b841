# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of each language: one folder a language, in it one module a room.

Runs in Blender's process, which loads only the language in force.
"""
