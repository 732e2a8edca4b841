# SPDX-License-Identifier: GPL-3.0-or-later
"""Renderjuice's REST API in Python: client, models, errors. Runs in any process.

It knows neither Blender nor the journal; only `http` needs `requests`.
"""
