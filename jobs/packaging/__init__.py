# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the package: from a snapshot and the files it needs to the one file that is uploaded. Runs in the worker."""
