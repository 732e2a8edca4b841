# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's scene as plain data: what a job is asked to render, and what it needs for that. Never changes the scene."""
