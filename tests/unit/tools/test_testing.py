# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tests a path means."""

from pathlib import Path

import pytest

from tools import testing
from tools.errors import CannotGoOn

ROOT = Path(__file__).resolve().parents[3]


def test_a_path_chooses_its_tier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "tests")
    assert testing.paths_by_tier(["unit/tools"], []) == {"unit": ["tests/unit/tools"]}
    node = f"{Path(__file__).relative_to(ROOT / 'tests')}::test_that"
    assert testing.paths_by_tier([node], []) == {"unit": ["tests/unit/tools/test_testing.py::test_that"]}


@pytest.mark.parametrize(("path", "tiers"), [("build.py", []), ("nowhere.py", []), ("tests/unit", ["blender"])])
def test_a_path_that_means_no_test_is_refused(path: str, tiers: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(CannotGoOn, match=path):
        testing.paths_by_tier([path], tiers)
