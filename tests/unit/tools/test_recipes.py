# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pages say of the tree is true: the recipes' files exist, and the page on the architecture has every room."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools import rooms
from tools.rooms import ROOMS

ROOT = Path(__file__).resolve().parents[3]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md", "docs/glossary.md", "docs/panel.md")

LIMITS = {
    ("A new config field", "passed through"): 7,
    ("A new config field", "read from the scene"): 9,
    ("A new kind of dependency", "always"): 6,
    ("A new operator", "always"): 5,
    ("A changed retry policy", "always"): 2,
}
"""(recipe, case) -> files that it may touch, those of "always" included."""


def recipe(title: str) -> list[tuple[str, str]]:
    """(file, when) for each row of a recipe's table."""
    _, found, text = CONTRIBUTING.partition(f"### {title}\n")
    assert found
    section = re.split(r"^##+ ", text, maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(r"^\| `([^`]+)` \| ([^|]+) \| [^|]+ \|$", section, re.MULTILINE)


@pytest.mark.parametrize(("title", "case"), LIMITS)
def test_a_recipe_stays_within_its_limit(title: str, case: str) -> None:
    files = [file for file, when in recipe(title) if when in ("always", case)]
    assert 2 <= len(files) <= LIMITS[title, case]
    assert len(set(files)) == len(files)


@pytest.mark.parametrize("title", dict.fromkeys(title for title, _ in LIMITS))
def test_what_a_recipe_names_exists(title: str) -> None:
    rows = recipe(title)
    assert {when for _, when in rows} <= {"always", *(case for of, case in LIMITS if of == title)}
    for file, _ in rows:
        assert (ROOT / file).is_dir() if file.endswith("/") else (ROOT / file).is_file(), file


def test_every_recipe_has_a_limit() -> None:
    titles = re.findall(r"^### (.+)$", CONTRIBUTING.partition("## Recipes")[2], re.MULTILINE)
    assert titles == list(dict.fromkeys(title for title, _ in LIMITS))


def test_the_page_of_the_architecture_has_every_room() -> None:
    assert rooms.table() in ARCHITECTURE, "put in what `python3 -m tools.rooms` prints"


def test_every_room_stands_on_the_lines_below_its_own() -> None:
    block = ARCHITECTURE.partition("### Who may import whom")[2].partition("```\n")[2].partition("```")[0]
    lines = [line.split() for line in block.splitlines()]
    height = {name: len(lines) - number for number, line in enumerate(lines) for name in line}
    assert set(height) == set(rooms.SHIPPED)
    for room in ROOMS:
        if room.ships:
            below = {target.partition("/")[0] for target in room.may_import} - {room.top}
            assert all(height[name] < height[room.top] for name in below), room.name


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_links_or_names_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert ((ROOT / page).parent / target).exists(), target
    tops = "|".join({*rooms.SHIPPED, *rooms.BESIDE, "tests", "docs"})
    for path in re.findall(rf"`((?:{tops})/[\w/.-]*)`", text):
        assert (ROOT / path).exists() or (ROOT / f"{path}.py").exists(), path
