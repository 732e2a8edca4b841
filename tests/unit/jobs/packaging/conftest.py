# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of packages share: a snapshot in a submission's folder, and the artist's own file."""

from __future__ import annotations

from pathlib import Path

import pytest

from renderjuice.tests.unit.jobs.packaging.packages import PLAIN_BLEND, write


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    return write(tmp_path / "home" / "snapshot" / "shot.blend", PLAIN_BLEND)


@pytest.fixture
def folder(snapshot: Path) -> Path:
    return snapshot.parent.parent


@pytest.fixture
def blend(tmp_path: Path) -> Path:
    return tmp_path / "project" / "scenes" / "shot.blend"
