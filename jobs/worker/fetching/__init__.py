# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetching: from a list of files on the farm to each file in its place. Runs in the worker."""
