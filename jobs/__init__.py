# SPDX-License-Identifier: GPL-3.0-or-later
"""A submission's life after the scene was read. Never imports bpy; only the worker's modules need `requests`."""
