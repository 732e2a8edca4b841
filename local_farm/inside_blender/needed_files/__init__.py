# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files a scene needs to render, read anew for the farm. Does not ship."""
