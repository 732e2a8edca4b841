# SPDX-License-Identifier: GPL-3.0-or-later
"""What the extension costs an artist in front of a real window: a click, a download, and the drawing of its panels."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import stand_in
from download import FRAMES, fetch_by_curl
from measuring import ROUNDS, CannotMeasure, Figure, Pairs, alternate, percentile
from programs import HERE, Bench
from service import running_service

if TYPE_CHECKING:
    from renderjuice.tests.window.display import Box
    from renderjuice.tests.window.window import Window

CLICK_TARGET, GAP_TARGET, DRAW_TARGET = 100.0, 16.0, 2.0
"""Milliseconds."""
WATCHED = 2.0
"""Seconds that a click, or a save, is watched."""
FRAME_BYTES = 20_000
STILL = 5.0
"""Seconds that the window is watched without the extension: about as long as the frames take to arrive."""
JOBS, MOST_FRAMES = 100, 10_000
REDRAWS = 200
START_SECONDS, JOB_SECONDS, DRAW_SECONDS = 60.0, 120.0, 120.0


def measure(bench: Bench) -> list[Figure]:
    """The milliseconds that Blender's main loop is away, and that panels take to draw. Raises `CannotMeasure`."""
    stand_in.use(HERE.parents[1])  # the tests' hand on the window is not part of what ships
    program = os.environ.get("RENDERJUICE_GUI_BLENDER", "")
    if not program:
        raise CannotMeasure(os.environ.get("RENDERJUICE_NO_GUI_BLENDER") or "there is no Blender with a window")
    try:
        with open_window(bench, program) as artist:
            return [click(artist, program), gap(bench, artist), draw(artist)]
    except (AssertionError, subprocess.SubprocessError, OSError) as error:
        raise CannotMeasure("\n".join([str(error), *getattr(error, "__notes__", [])])) from error


@dataclass
class Artist:
    """A window with the extension, and a folder for projects."""

    window: Window
    version: str
    folder: Path

    def probe(self, call: str) -> Any:
        """The value of a call of `window_probe` inside Blender."""
        return self.window.ask(f"import window_probe\nwindow_probe.{call}")

    def wait_for(self, call: str, seconds: float) -> None:
        """Wait until such a call gives something true."""
        self.window.wait_for(f"import window_probe\nwindow_probe.{call}", seconds)

    def open_project(self, name: str, frames: int) -> Box:
        """A new project of the default scene, with our panel in sight; gives the place of its editor."""
        path = self.folder / name / "shot.blend"
        path.parent.mkdir()
        self.probe(f"open_default({str(path)!r}, {frames})")
        self.window.ask("split_viewport()")
        self.window.wait_for("show_render_tab()")
        return self.show_panel()

    def show_panel(self) -> Box:
        """Bring our panel into sight; gives the place of its editor."""
        self.window.settle()
        editor = self.window.area("PROPERTIES")
        self.window.scroll_to("Renderjuice", editor)
        return editor

    def watch(self, seconds: float) -> list[float]:
        """The gaps of the main loop until the probe has looked for so long."""
        self.wait_for(f"seconds() > {seconds}", seconds + START_SECONDS)
        return list(self.probe("stop()"))


@contextmanager
def open_window(bench: Bench, program: str) -> Iterator[Artist]:
    """A real window on a screen of its own, with the extension installed."""
    from renderjuice.tests.window.display import running_display
    from renderjuice.tests.window.window import install, running_window

    folder = bench.folder("window")
    version = os.environ.get("RENDERJUICE_GUI_VERSION", "")
    variables = {"BLENDER_USER_RESOURCES": str(folder / "user"), "HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
    install(program, str(bench.archive), variables)
    with (
        running_display() as display,
        running_window(program, display, folder, folder, version, variables=variables) as window,
    ):
        window.ask(f"import sys\nsys.path.insert(0, {str(HERE)!r})")
        yield Artist(window, version, folder)


def click(artist: Artist, program: str) -> Figure:
    """From a click on "Render Animation" until the main loop answers, against Blender's own saving of a copy."""
    from renderjuice.tests.support.farm import API_KEY, blenders, running_farm

    window = artist.window
    first: list[float] = []

    def ours() -> float:
        before = len(window.ask("jobs()"))
        window.display.move(*button)
        window.settle()
        artist.probe("start()")
        window.display.click(*button)
        window.wait_for(f"len(jobs()) == {before + 1}", START_SECONDS)
        gaps = artist.watch(WATCHED)
        first.append(max(gaps))
        window.ask("cancel_all()")
        window.wait_for("not any(job['is_live'] for job in jobs())", JOB_SECONDS)
        return max(gaps)

    def bare() -> float:
        window.settle()
        path = artist.folder / "copy.blend"
        artist.probe("start()")
        artist.probe(f"save_copy({str(path)!r})")
        gaps = artist.watch(WATCHED)
        path.unlink()
        return max(gaps)

    with running_farm({artist.version: program} | blenders()) as farm:
        editor = artist.open_project("click", 250)
        window.ask(f"sign_in({farm.api_url!r}, {API_KEY!r})")
        window.settle()
        button = window.wait_to_see("Render Animation", editor).middle
        pairs = alternate(ours, bare)
    milliseconds = median(pairs.ours)
    return Figure(
        "click",
        pairs.ratio,
        "a bare save_as_mainfile(copy=True, compress=False) in the same window",
        f"< {CLICK_TARGET:g} ms",
        milliseconds < CLICK_TARGET,
        f"Blender {artist.version}, default scene: {milliseconds:.1f} ms until the main loop answers (the first click, "
        f"which starts the worker, {first[0]:.1f} ms; longest {max(pairs.ours):.1f} ms), "
        f"bare save {median(pairs.reference):.1f} ms; {pairs.spread()}",
    )


@dataclass
class Gaps:
    """The gaps of the main loop, round by round, in milliseconds.

    The first round is left out: what Blender draws for the first time costs it up to a second, whoever asks for it.
    """

    rounds: list[list[float]] = field(default_factory=list)

    @property
    def longest(self) -> list[float]:
        """The longest one of each round."""
        return [max(gaps) for gaps in self.rounds[1:]]

    def words(self) -> str:
        """The median of the longest, and the gap that one in a thousand of all exceeds."""
        rare = percentile([gap for gaps in self.rounds[1:] for gap in gaps], 99.9)
        return f"{median(self.longest):.1f} ms (99.9th percentile {rare:.1f} ms)"


def gap(bench: Bench, artist: Artist) -> Figure:
    """The longest gap of the main loop while frames arrive, against the window without the extension."""
    following, still, redrawn = Gaps(), Gaps(), Gaps()
    own: list[float] = []

    def follow() -> None:
        artist.show_panel()
        artist.probe("submit()")
        artist.probe("longest()")
        artist.wait_for("is_looking()", JOB_SECONDS)
        artist.window.wait(lambda: not artist.probe("is_looking()"), "the job's end", JOB_SECONDS)
        following.rounds.append(artist.probe("stop()"))
        own.append(artist.probe("longest()"))
        done = artist.window.ask("jobs()")[0]
        if done["stage"] != "done" or done["frames_downloaded"] != FRAMES:
            raise CannotMeasure(f"the job did not bring its frames: {done}")
        artist.window.wait_to_see("Open Folder", editor)

    def rest() -> None:
        artist.window.settle()
        artist.probe("start()")
        still.rounds.append(artist.watch(STILL))

    def redraw(storage: str) -> None:
        place = artist.folder / "curl"
        place.mkdir()
        artist.probe("redraw_regularly(True)")
        artist.probe("start()")
        with ThreadPoolExecutor(1) as pool:
            fetched = pool.submit(fetch_by_curl, storage, place)
            redrawn.rounds.append(artist.watch(STILL))
            fetched.result()
        artist.probe("redraw_regularly(False)")
        shutil.rmtree(place)

    with bench.server(FRAME_BYTES) as storage, running_service(storage, FRAMES) as api_url:
        editor = artist.open_project("gap", FRAMES)
        artist.window.ask("bpy.context.scene.renderjuice.open_with = 'NOTHING'")  # that is no part of a download
        artist.probe("put_clocks()")
        for _ in range(1 + ROUNDS):
            artist.window.ask(f"sign_in({api_url!r}, 'RJ-bench')")
            follow()
            artist.probe("enable(False)")
            rest()
            redraw(storage)
            artist.probe("enable(True)")
    pairs = Pairs(following.longest, redrawn.longest)
    difference = median(following.longest) - median(still.longest)
    return Figure(
        "gap",
        pairs.ratio,
        "the same window without the extension, drawn again as often while curl fetches the frames",
        f"{GAP_TARGET:g} ms more than the idle window at most",
        difference < GAP_TARGET,
        f"Blender {artist.version}, {FRAMES} frames of {FRAME_BYTES / 1000:.0f} kB arriving, longest gap: "
        f"{following.words()}; without the extension idle {still.words()}, drawn again twice a second "
        f"beside curl {redrawn.words()}; difference to idle {difference:.1f} ms; longest stretch of our own code "
        f"{median(own[1:]):.1f} ms; {pairs.spread()}; drawn by the processor, without a graphics card",
    )


def draw(artist: Artist) -> Figure:
    """What our panels take to draw with many jobs, against Blender's own panels in the same tab."""
    artist.open_project("draw", 250)
    artist.probe(f"fill({JOBS}, {MOST_FRAMES})")
    artist.show_panel()
    rounds: list[list[tuple[float, ...]]] = []  # ours, the processor's in ours, Blender's
    for _ in range(ROUNDS):
        artist.probe(f"draw_again({REDRAWS})")
        artist.wait_for(f"drawn() and len(window_probe.drawn()) == {REDRAWS}", DRAW_SECONDS)
        rounds.append(list(zip(*artist.probe("drawn()"), strict=True)))
    pairs = Pairs([median(ours) for ours, _, _ in rounds], [median(blenders) for _, _, blenders in rounds])
    per_cent = median(percentile(ours, 99) for ours, _, _ in rounds)
    own = median(percentile(own, 99) for _, own, _ in rounds)
    return Figure(
        "draw",
        pairs.ratio,
        "Blender's own panels of the same tab",
        f"< {DRAW_TARGET:g} ms",
        per_cent < DRAW_TARGET,
        f"Blender {artist.version}, {JOBS} jobs, one of {MOST_FRAMES} frames chosen, {REDRAWS} redraws: all our panels "
        f"{median(pairs.ours):.2f} ms (99th percentile {per_cent:.2f} ms; without waiting for the processor "
        f"{own:.2f} ms), Blender's own {median(pairs.reference):.2f} ms; {pairs.spread()}",
    )
