# SPDX-License-Identifier: GPL-3.0-or-later
"""Renderjuice's REST API in Python. Knows neither Blender nor the journal; only `http` needs `requests`."""
