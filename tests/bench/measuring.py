# SPDX-License-Identifier: GPL-3.0-or-later
"""What a measurement is: two things done in turn, a ratio of their medians, and one line that tells it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

ROUNDS = 5
"""Times that each of the two is measured; odd, so that the median is one of them."""


class CannotMeasure(Exception):
    """A measurement could not be made; the text says why."""


@dataclass(frozen=True)
class Pairs:
    """What ours and the reference took (or used), one value a round, in one unit."""

    ours: Sequence[float]
    reference: Sequence[float]

    @property
    def ratio(self) -> float:
        """Median of ours, as a multiple of the reference's."""
        return median(self.ours) / median(self.reference)

    def throughput(self) -> Pairs:
        """For times in seconds: the rounds a second, of which more is better."""
        return Pairs([1 / seconds for seconds in self.ours], [1 / seconds for seconds in self.reference])

    def spread(self) -> str:
        """The lowest and the highest ratio of one round: how far the machine can be trusted."""
        ratios = [ours / reference for ours, reference in zip(self.ours, self.reference, strict=True)]
        return f"rounds {min(ratios):.2f} to {max(ratios):.2f}"


@dataclass(frozen=True)
class Figure:
    """One line: a ratio to something that nobody here wrote, its target, and what was measured."""

    name: str
    ratio: float
    of: str
    target: str
    is_met: bool
    raw: str

    def lines(self, load: str) -> str:
        """As it is printed."""
        verdict = "met" if self.is_met else "MISSED"
        return f"{self.name:<16}{self.ratio:>7.2f} x {self.of}; target {self.target}: {verdict}; {load}\n    {self.raw}"


def alternate(ours: Callable[[], float], reference: Callable[[], float], rounds: int = ROUNDS) -> Pairs:
    """Measure both in turn, each going first every other round, so that neither has the quieter machine."""
    values: dict[Callable[[], float], list[float]] = {ours: [], reference: []}
    for number in range(rounds):
        for measure in (ours, reference) if number % 2 == 0 else (reference, ours):
            values[measure].append(measure())
    return Pairs(values[ours], values[reference])


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that `percent` of all do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]
