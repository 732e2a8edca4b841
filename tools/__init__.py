# SPDX-License-Identifier: GPL-3.0-or-later
"""What build.py is made of: environments, packaging, testing, linting, farm and demo. Does not ship.

Standard library only (Python 3.11 or newer), except the files that say first which environment runs them.
"""
