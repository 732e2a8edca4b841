# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo: an animation through the built extension and the local farm. Does not ship.

`demo` runs the other modules as programs, each with the Python that it says.
"""
