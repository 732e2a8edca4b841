# SPDX-License-Identifier: GPL-3.0-or-later
"""One Blender in a window for all tests of a run, with the built extension installed, and a local farm."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from renderjuice.tests.support.farm import API_KEY, PACE, Farm, blenders, running_farm
from renderjuice.tests.window.display import Box, Display, running_display
from renderjuice.tests.window.long_job import RENDER_SECONDS, end_all_jobs, submit_long_job
from renderjuice.tests.window.widths import are_all_wanted
from renderjuice.tests.window.window import Window, install, running_window

SEEN_NOW_AND_THEN = ["test_panel_settings.py"]
SEEN_IN_ONE_BLENDER = ["test_frames.py", "test_jobs_panel.py", "test_two_windows.py"]
"""The panel's states are drawn alike in all Blenders."""
collect_ignore: list[str] = []
if not are_all_wanted():
    is_oldest = os.environ.get("RENDERJUICE_GUI_VERSION") == "4.3"
    collect_ignore += [*SEEN_NOW_AND_THEN, *(SEEN_IN_ONE_BLENDER if is_oldest else ())]


@pytest.fixture(scope="session")
def version() -> str:
    """Blender's version, such as "5.2"."""
    return _told("RENDERJUICE_GUI_VERSION")


@pytest.fixture(scope="session")
def program() -> str:
    """The Blender that has a window."""
    return _told("RENDERJUICE_GUI_BLENDER")


@pytest.fixture(scope="session")
def farm(program: str, version: str) -> Iterator[Farm]:
    """A local farm that renders with Blenders as a service has them, and with this very one where those are none."""
    with running_farm({version: program} | blenders()) as running:
        yield running


@pytest.fixture(scope="session")
def display() -> Iterator[Display]:
    """A screen of the tests' own."""
    with running_display() as running:
        yield running


@pytest.fixture(scope="session")
def window(display: Display, program: str, version: str) -> Iterator[Window]:
    """Blender with the extension enabled and nothing set up, as a newcomer finds it."""
    screenshots = Path(os.environ.get("RENDERJUICE_SCREENSHOTS") or tempfile.mkdtemp(prefix="renderjuice-screenshots-"))
    screenshots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="renderjuice-window-", ignore_cleanup_errors=True) as folder:
        # Blender keeps its caches and its recent files in the user's home
        variables = {"BLENDER_USER_RESOURCES": str(Path(folder, "user")), "HOME": folder, "XDG_CACHE_HOME": folder}
        install(program, _told("RENDERJUICE_ZIP"), variables)
        with running_window(program, display, Path(folder), screenshots, version, variables=variables) as running:
            running.ask(f"module('live.jobs').pace = {PACE}")
            yield running


@pytest.fixture
def project(window: Window, tmp_path: Path) -> Path:
    """The folder of a new, saved project of three tiny frames, with the Render tab beside the 3D viewport."""
    window.display.press("Escape")
    window.close_other_windows()
    window.ask(f"new_project({str(tmp_path / 'shot.blend')!r}, 3)")
    window.ask("split_viewport()")
    window.wait_for("show_render_tab()")
    window.settle()
    return tmp_path


@pytest.fixture
def panel(window: Window, project: Path, farm: Farm) -> Box:
    """The Properties editor on the screen, at the panel, with server and key set up."""
    window.ask(f"sign_in({farm.api_url!r}, {API_KEY!r})")
    editor = window.area("PROPERTIES")
    window.scroll_to("Renderjuice", editor)
    return editor


@pytest.fixture
def running_job(window: Window, panel: Box) -> Iterator[str]:
    """The id of a job that renders and will not be done soon, submitted by a click; it is canceled after the test."""
    submit_long_job(window, panel)
    window.wait_for("jobs()[0]['stage'] == 'rendering'", RENDER_SECONDS)
    window.settle()
    yield str(window.ask("jobs()[0]['id']"))
    end_all_jobs(window)


@pytest.fixture(autouse=True)
def no_complaints(window: Window) -> Iterator[None]:
    """Blender's output must hold no traceback and no error of the extension's while a test runs."""
    before = len(window.output())
    yield
    said = window.output()[before:]
    wrong = complaints(said)
    assert not wrong, f"Blender said {wrong}:\n{said}"


def complaints(said: str) -> list[str]:
    """Lines of Blender's output that tell of something broken. Blender's own libraries on the net are left out."""
    lines = [line for line in said.splitlines() if "Online Essentials" not in line]
    return [line for line in lines if any(word in line for word in ("Traceback", "Error:", " ERROR "))]


def _told(variable: str) -> str:
    value = os.environ.get(variable)
    assert value, f"{variable} is not set: run the tests with `python3 build.py test --tier window`"
    return value
