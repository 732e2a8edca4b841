# SPDX-License-Identifier: GPL-3.0-or-later
"""How runs of tests are judged, and which tests a path means."""

from pathlib import Path

import pytest

from tools import testing
from tools.errors import CannotGoOn
from tools.processes import Outcome

ROOT = Path(__file__).resolve().parents[3]
PASSED = testing.Counts(3, 0, 0)
FAILED = testing.Counts(2, 1, 0)


@pytest.mark.parametrize(
    ("outcome", "counts", "text", "ok"),
    [
        (Outcome(0, 1.0, False), PASSED, "passed", True),
        (Outcome(1, 1.0, False), FAILED, "FAILED (exit code 1)", False),
        (Outcome(0, 1.0, False), None, "FAILED (exit code 0)", False),
        (Outcome(5, 1.0, False), testing.Counts(0, 0, 0), "no tests", True),
        (Outcome(-11, 1.0, False), PASSED, "CRASHED at exit, after its tests passed (SIGSEGV)", False),
        (Outcome(-11, 1.0, False), FAILED, "CRASHED at exit (SIGSEGV)", False),
        (Outcome(-11, 1.0, False), None, "CRASHED during the tests (SIGSEGV)", False),
        (Outcome(-9, 1.0, True), PASSED, "TIMED OUT at exit, after its tests passed", False),
        (Outcome(-9, 1.0, True), None, "TIMED OUT during the tests", False),
    ],
)
def test_verdict(outcome: Outcome, counts: testing.Counts | None, text: str, ok: bool) -> None:
    assert testing.verdict(outcome, counts) == (text, ok)


def test_counts_come_from_pytests_report(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite tests="9" failures="1" errors="2" skipped="3"/></testsuites>')
    assert testing.read_report(report) == testing.Counts(passed=3, failed=3, skipped=3)


@pytest.mark.parametrize("text", [None, "", "<testsuites><testsuite tests="])
def test_a_report_that_was_not_finished_has_no_counts(tmp_path: Path, text: str | None) -> None:
    report = tmp_path / "report.xml"
    if text is not None:
        report.write_text(text)
    assert testing.read_report(report) is None


def test_a_path_chooses_its_tier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "tests")
    assert testing.paths_by_tier(["unit/tools"], []) == {"unit": ["tests/unit/tools"]}
    node = f"{Path(__file__).relative_to(ROOT / 'tests')}::test_verdict"
    assert testing.paths_by_tier([node], []) == {"unit": ["tests/unit/tools/test_testing.py::test_verdict"]}


@pytest.mark.parametrize(("path", "tiers"), [("build.py", []), ("nowhere.py", []), ("tests/unit", ["blender"])])
def test_a_path_that_means_no_test_is_refused(path: str, tiers: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(CannotGoOn, match=path):
        testing.paths_by_tier([path], tiers)
