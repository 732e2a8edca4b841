# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job's file is known by: its text stays as journals have it, and is read back."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from renderjuice.api.models import OutputFile
from renderjuice.jobs.output_source import OutputSource

FRAME = OutputFile("https://x?token=1", "shot_0001.png", "left")
PASS = OutputFile("https://x?token=1", "depth0001.exr", None, False, "passes/depth0001.exr", "File Output")
PLAIN = st.text(st.characters(exclude_characters="\n"))
ANY_TEXT = st.one_of(st.none(), st.text(st.sampled_from("a2\n"), max_size=5))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (OutputSource.of("frame", FRAME), "frame\n\n\nleft\nshot_0001.png"),
        (OutputSource.of("frame", FRAME, 2), "frame\n\n\nleft\nshot_0001.png\n2"),
        (OutputSource.of("node", PASS), "node\npasses/depth0001.exr\nFile Output\n\ndepth0001.exr"),
        (OutputSource("frame", number=3), "frame\n\n\n\n\n3"),
    ],
)
def test_the_text_is_the_one_that_journals_have(source: OutputSource, text: str) -> None:
    assert source.to_text() == text
    assert OutputSource.from_text(text) == source


@given(st.sampled_from(["frame", "node"]), PLAIN, PLAIN, PLAIN, PLAIN, st.integers(1, 99))
def test_every_source_is_read_back(
    kind: str, relative_path: str, node: str, view: str, file_name: str, number: int
) -> None:
    source = OutputSource(kind, relative_path, node, view, file_name, number)
    assert OutputSource.from_text(source.to_text()) == source


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, st.integers(1, 3))
def test_a_text_stays_the_same_whatever_the_service_sends(
    path: str | None, view: str | None, name: str | None, number: int
) -> None:
    file = OutputFile("https://x", name, view, False, path)
    text = OutputSource.of("frame", file, number).to_text()
    assert OutputSource.from_text(text).to_text() == text


@pytest.mark.parametrize("text", ["", "frame", "frame\n\n\nleft"])
def test_an_incomplete_text_tells_what_it_has(text: str) -> None:
    source = OutputSource.from_text(text)
    assert source.file_name == ""
    assert source.view == ("left" if "left" in text else "")
