# SPDX-License-Identifier: GPL-3.0-or-later
"""What the machine must have: Pythons, system libraries and Blenders with a window. Does not ship."""
