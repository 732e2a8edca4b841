# SPDX-License-Identifier: GPL-3.0-or-later
"""One farm and one set of scenes for all tests here, because both take seconds to get; a home for each test."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

# A busy machine is no failure, and no examples of earlier runs are kept.
settings.register_profile("jobs", deadline=None, database=None)
settings.load_profile("jobs")

if TYPE_CHECKING:
    from renderjuice.jobs.home import Home
    from renderjuice.jobs.worker.context import Context
    from renderjuice.tests.unit.jobs.artist import Artist, Farm
    from renderjuice.tests.unit.jobs.proxy import Proxy


@pytest.fixture(scope="session", autouse=True)
def _own_settings() -> Iterator[None]:
    """The key and the address of whoever runs the tests stay out of them."""
    names = ("RENDERJUICE_API_KEY", "RENDERJUICE_API_URL")
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    yield
    os.environ.update(kept)


@pytest.fixture(scope="session")
def farm() -> Iterator[Farm]:
    """A farm with one Blender, and proof at the end that no key went astray."""
    # Not above: the package `renderjuice` is put in place after this file is read.
    from renderjuice.tests.unit.jobs.artist import running_farm

    with running_farm() as farm:
        yield farm


@pytest.fixture(scope="session")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the scenes of make_scenes.py."""
    from renderjuice.tests.support.farm import blenders

    folder = tmp_path_factory.mktemp("scenes")
    script = Path(__file__).with_name("make_scenes.py")
    user = folder / "user"
    user.mkdir()
    program = Path(next(iter(blenders().values())))
    is_python = program.name.startswith("python")
    command = [program, script] if is_python else [program, "-b", "--factory-startup", "--python", script]
    environment = os.environ | {"BLENDER_USER_RESOURCES": str(user)}
    done = subprocess.run(
        [*command, "--", folder], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert (folder / "made").exists(), done.stdout + done.stderr
    return folder


@pytest.fixture
def proxy(farm: Farm) -> Iterator[Proxy]:
    """A way to the farm that can be disturbed."""
    from renderjuice.tests.unit.jobs.proxy import running_proxy

    with running_proxy(farm) as proxy:
        yield proxy


@pytest.fixture
def artists(tmp_path: Path) -> Iterator[Callable[..., Artist]]:
    """Makes artists, and sends them home."""
    from renderjuice.tests.unit.jobs.artist import Artist

    made: list[Artist] = []

    def make(api_url: str, **options: Any) -> Artist:
        folder = tmp_path / f"artist-{len(made)}"
        folder.mkdir()
        made.append(Artist(folder, api_url, **options))
        return made[-1]

    yield make
    for artist in made:
        artist.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty user folder."""
    from renderjuice.jobs.home import Home

    return Home(tmp_path / "home").create()


@pytest.fixture
def context(home: Home, proxy: Proxy) -> Iterator[Context]:
    """A worker's tools at a service whose answers the test chooses, without any pause."""
    from renderjuice.jobs import credentials
    from renderjuice.jobs.journal.journal import Journal
    from renderjuice.jobs.worker.context import Context
    from renderjuice.tests.unit.jobs.artist import KEY

    credentials.store_key(home.credentials, proxy.api_url, KEY)
    with Journal(home.journal) as journal:
        yield Context(home, journal, proxy.api_url, slowness=0.0)
