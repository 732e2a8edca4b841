# SPDX-License-Identifier: GPL-3.0-or-later
"""The one error that the tools raise on purpose."""


class CannotGoOn(Exception):
    """A command cannot go on; the text says why and what to do, and is all that the user needs to see."""
