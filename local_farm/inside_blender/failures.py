# SPDX-License-Identifier: GPL-3.0-or-later
"""The reason why a job cannot go on, in the two words that the API has for it."""


class JobFailed(Exception):
    """A job that fails for a reason worth telling: `name` is the sentence, `type` the kind, as in `failedReason`."""

    def __init__(self, name: str, type: str) -> None:
        super().__init__(name)
        self.name = name
        self.type = type
