# SPDX-License-Identifier: GPL-3.0-or-later
"""A screen that nobody sees, and a hand on its mouse and keyboard (Xvfb and xdotool)."""

from __future__ import annotations

import os
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image, ImageGrab

SIZE = (1600, 1400)
"""High enough for all panels of the Render tab at once, ours with a chosen job included."""
START_SECONDS = 30.0
HAND_SECONDS = 30.0
LETTER_MILLISECONDS = 25
LEFT, RIGHT, WHEEL_DOWN = 1, 3, 5


@dataclass(frozen=True)
class Box:
    """A rectangle of the screen in pixels; y grows downwards."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def middle(self) -> tuple[int, int]:
        """Its middle, where one would click."""
        return (self.left + self.right) // 2, (self.top + self.bottom) // 2

    def moved(self, x: int, y: int) -> Box:
        """The same so many pixels farther right and down."""
        return Box(self.left + x, self.top + y, self.right + x, self.bottom + y)


@dataclass(frozen=True)
class Display:
    """A running screen; `name` is what DISPLAY is set to."""

    name: str

    def picture(self) -> Image.Image:
        """What the screen shows now."""
        return ImageGrab.grab(xdisplay=self.name).convert("RGB")

    def move(self, x: int, y: int) -> None:
        """Move the mouse there."""
        self._xdotool("mousemove", str(x), str(y))

    def click(self, x: int, y: int, *, button: int = LEFT, times: int = 1) -> None:
        """Move the mouse there and click; the wheel's turns are clicks, too."""
        repeated = ["--repeat", str(times), "--delay", str(LETTER_MILLISECONDS)] if times > 1 else []
        self._xdotool("mousemove", str(x), str(y), "click", *repeated, str(button))

    def press(self, *keys: str) -> None:
        """Press keys one after the other, such as "F3" or "ctrl+z"."""
        self._xdotool("key", "--delay", str(LETTER_MILLISECONDS), *keys)

    def write(self, text: str) -> None:
        """Type a text."""
        self._xdotool("type", "--delay", str(LETTER_MILLISECONDS), text)

    def _xdotool(self, *arguments: str) -> None:
        command = ["xdotool", *arguments]
        subprocess.run(command, env={**os.environ, "DISPLAY": self.name}, check=True, timeout=HAND_SECONDS)


@contextmanager
def running_display() -> Iterator[Display]:
    """A screen on a free display number; it is ended with the block."""
    reader, writer = os.pipe()
    width, height = SIZE
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"]
    process = subprocess.Popen(
        command, pass_fds=[writer], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(writer)
    try:
        ready, _, _ = select.select([reader], [], [], START_SECONDS)
        number = os.read(reader, 16).decode().strip() if ready else ""
        assert number, "Xvfb did not start"
        yield Display(f":{number}")
    finally:
        os.close(reader)
        process.terminate()
        try:
            process.wait(10)
        finally:
            process.kill()
            process.wait()
