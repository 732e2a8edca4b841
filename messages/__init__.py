# SPDX-License-Identifier: GPL-3.0-or-later
"""What an artist is told: a template in English and its arguments, put together where it is shown.

Runs in any process.
"""
