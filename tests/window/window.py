# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender in a window, with a hand on the mouse, eyes on the screen, and a back door to its state."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from . import reading
from .display import SIZE, WHEEL_DOWN, Box, Display

START_SECONDS = 90.0
STOP_SECONDS = 30.0
ANSWER_SECONDS = 90.0
SEEN_SECONDS = 20.0
MOST_MOVES = 8
AROUND = 40
"""Pixels above and below a text in which it is looked for again: two rows of the panel."""
SAME_PLACE = 3
"""Pixels between two places where the same text was read that stayed where it is."""
LOOK = 0.05
"""Seconds between two looks at something that is waited for."""
BACK_DOOR = Path(__file__).with_name("back_door.py")
INSTALL_SECONDS = 180.0


@dataclass
class Window:
    """A running Blender whose main window fills the screen."""

    display: Display
    process: subprocess.Popen[bytes]
    door: Path
    log: Path
    screenshots: Path
    title: str
    _questions: Iterator[int] = field(default_factory=itertools.count)
    _pictures: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def ask(self, source: str, seconds: float = ANSWER_SECONDS) -> Any:
        """Run Python in Blender's main thread; gives the value of its last expression, as JSON has it."""
        number = next(self._questions)
        question, answer = self.door / f"{number:06}.part", self.door / f"{number:06}.json"
        question.write_text(source, encoding="utf-8")
        question.rename(question.with_suffix(".py"))
        self.wait(answer.exists, "Blender's main loop to answer", seconds)
        said = json.loads(answer.read_text(encoding="utf-8"))
        answer.unlink()
        assert "error" not in said, f"{source}\n{said.get('error')}"
        return said["value"]

    def wait(self, is_true: Callable[[], Any], what: str, seconds: float = SEEN_SECONDS) -> Any:
        """Wait until something is true, and give it. An `AssertionError` with a screenshot when it takes too long."""

        def is_true_or_over() -> Any:
            assert self.process.poll() is None, f"Blender ended ({self.process.returncode}) before {what}"
            return is_true()

        try:
            return wait(is_true_or_over, what, seconds)
        except AssertionError as error:
            error.add_note(f"see {self.screenshot('FAILED')}")
            raise

    def wait_for(self, source: str, seconds: float = SEEN_SECONDS) -> Any:
        """Wait until an expression is true in Blender, and give its value."""
        try:
            return self.wait(lambda: self.ask(source), source, seconds)
        except AssertionError as error:
            if self.process.poll() is None:
                error.add_note(f"jobs: {json.dumps(self.ask('jobs()'), indent=1)}")
            raise

    def area(self, kind: str, window: int = 0) -> Box:
        """Where the largest area of a type ("PROPERTIES") is on the screen."""
        left, bottom, width, height = self.ask(f"area_box({kind!r}, {window})")
        return Box(left, SIZE[1] - bottom - height, left + width, SIZE[1] - bottom)

    def see(self, words: str, part: Box | None = None) -> list[Box]:
        """Where a text stands on the screen now, or in a part of it."""
        return reading.find(reading.read(self.display.picture(), part), words)

    def wait_to_see(self, words: str, part: Box | None = None, seconds: float = SEEN_SECONDS) -> Box:
        """Wait until a text stands on the screen, or in a part of it; gives the first place."""
        return self.wait(lambda: self.see(words, part), f"“{words}” on the screen", seconds)[0]

    def scroll_to(self, words: str, part: Box, turns: int = 12) -> Box:
        """Turn the mouse wheel down over a region until a text stands in its upper half, if it can; gives the place."""
        x, y = part.middle
        place = None
        for _ in range(turns):
            self.settle(part)
            found = self.see(words, part)
            if found and (found[0] == place or found[0].top < y):
                return found[0]
            place = found[0] if found else None
            self.display.click(x, y, button=WHEEL_DOWN, times=8)
        raise AssertionError(f"“{words}” is nowhere in the region; see {self.screenshot('NOT FOUND')}")

    def settle(self, part: Box | None = None, seconds: float = 5.0) -> None:
        """Wait until Blender has drawn, and the screen (a part of it) stays as it is, at most that long."""
        box = None if part is None else (part.left, part.top, part.right, part.bottom)
        deadline, before = time.monotonic() + seconds, b""
        while time.monotonic() < deadline:
            self.ask("None")
            now = self.display.picture().crop(box).tobytes()
            if now == before:
                return
            before = now
            time.sleep(LOOK)

    def click(self, words: str, part: Box | None = None, *, seconds: float = SEEN_SECONDS) -> Box:
        """Wait for a text on the screen and click on it; gives where it was.

        What is above it may still come or go, as with the news of a job: the click waits until it stays in its place.
        """
        box = self.wait_to_see(words, part, seconds)
        for _ in range(MOST_MOVES):
            self.display.move(*box.middle)
            self.settle()
            # to read only what is around it is quick
            seen = self.see(words, around(box, part or Box(0, 0, *SIZE)))
            before, box = box, seen[0] if seen else self.wait_to_see(words, part, seconds)
            if abs(box.middle[0] - before.middle[0]) + abs(box.middle[1] - before.middle[1]) <= SAME_PLACE:
                break
        self.click_at(*box.middle)
        return box

    def click_at(self, x: int, y: int) -> None:
        """Click on a place, once Blender has seen that the mouse is over it: it takes no click before."""
        self.display.move(x, y)
        self.settle()
        self.display.click(x, y)
        self.settle()

    def search(self, words: str, over: Box, screenshot: str, entry: str = "") -> None:
        """Find an operator with F3, the mouse over an editor, and run it with Return once it is seen in the list.

        `entry` is what it is called there, if that is not what is searched for.
        """
        self.display.move(*over.middle)
        self.settle()
        before = self.display.picture()
        self.display.press("F3")
        self.wait(lambda: self.display.picture() != before, "the search to open")
        self.display.write(words)
        seen = entry or words
        self.wait(lambda: len(self.see(seen)) > (not entry), f"“{seen}” in the search")
        self.screenshot(screenshot)
        self.display.press("Return")

    def close_other_windows(self) -> None:
        """Close all but the main window, and wait until they are gone from the screen, too."""
        self.ask("close_other_windows()")
        self.wait_for("len(bpy.context.window_manager.windows) == 1")
        self.ask("[area.tag_redraw() for area in bpy.context.window_manager.windows[0].screen.areas]")
        self.settle()

    def sign_out(self) -> None:
        """Leave Blender as a newcomer has it: no key, no other server."""
        self.ask("preferences().api_key = ''; preferences().property_unset('server')")
        self.ask("module('properties.connection_check').require(False)")

    def screenshot(self, name: str, *, mark: Box | None = None) -> Path:
        """Keep a picture of the screen under the next number; `mark` is framed in it."""
        picture = self.display.picture()
        if mark is not None:
            outline = (mark.left - 4, mark.top - 4, mark.right + 4, mark.bottom + 4)
            ImageDraw.Draw(picture).rectangle(outline, outline=(255, 80, 200), width=2)
        path = self.screenshots / f"{self.title}-{next(self._pictures):02}-{name.replace(' ', '-')}.png"
        picture.save(path)
        return path

    def picture(self, part: Box) -> Image.Image:
        """A part of what the screen shows now."""
        return self.display.picture().crop((part.left, part.top, part.right, part.bottom))

    def output(self) -> str:
        """What Blender has said so far, on both streams."""
        return self.log.read_text(encoding="utf-8", errors="replace")


def around(box: Box, part: Box) -> Box:
    """The stripe across a part of the screen with a text and its neighbours above and below."""
    return Box(part.left, max(part.top, box.top - AROUND), part.right, min(part.bottom, box.bottom + AROUND))


def stop_button(window: Window) -> Box:
    """Where the button is that stops a render, below the question that begins with the same words."""
    found = window.wait(lambda: window.see("Stop Rendering")[1:], "the question and its button")
    return max(found, key=lambda box: box.top)


def wait(is_true: Callable[[], Any], what: str, seconds: float) -> Any:
    """Wait until something is true, and give it. An `AssertionError` when it takes too long."""
    deadline = time.monotonic() + seconds
    while not (found := is_true()):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(LOOK)
    return found


@contextmanager
def running_window(
    program: str, display: Display, folder: Path, screenshots: Path, title: str, *, variables: Mapping[str, str]
) -> Iterator[Window]:
    """Blender in a window that fills the screen, ready to be asked. It is ended with the block."""
    door, log = folder / "door", folder / f"{title}.log"
    door.mkdir(parents=True)
    command = [program, "--online-mode", "--window-geometry", "0", "0", *map(str, SIZE)]
    command += ["--python", str(BACK_DOOR), "--", str(door)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **variables, "DISPLAY": display.name},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        window = Window(display, process, door, log, screenshots, title)
        window.wait(
            lambda: window.ask("len(bpy.context.window_manager.windows)", START_SECONDS),
            "Blender to start",
            START_SECONDS,
        )
        yield window
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def install(program: str, archive: str, variables: Mapping[str, str]) -> None:
    """Install and enable the built extension for the Blender user that `variables` name."""
    command = [program, "--command", "extension", "install-file", "-r", "user_default", "-e", archive]
    answer = subprocess.run(
        command,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=INSTALL_SECONDS,
    )
    assert answer.returncode == 0 and "Traceback" not in answer.stdout, f"it was not installed:\n{answer.stdout}"
