# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal: the one place where the state of all jobs lives. Runs in any process."""
