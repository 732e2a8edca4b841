# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker: sends, follows and fetches jobs. Runs in a process of its own, without Blender; threads are fine here."""
