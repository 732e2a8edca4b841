# SPDX-License-Identifier: GPL-3.0-or-later
"""Program: what a Python takes that has imported `requests` and does nothing."""

from __future__ import annotations

import sys

import requests  # noqa: F401
import stand_in

if __name__ == "__main__":
    stand_in.tell(sys.argv[1], {"peak": stand_in.peak_memory()})
