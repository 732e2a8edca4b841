# SPDX-License-Identifier: GPL-3.0-or-later
"""Names from outside become places that are safe everywhere; what is missing, damaged or not ours is noticed."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderjuice.api.models import Downloads, OutputFile
from renderjuice.api.parse import downloads as parse_downloads
from renderjuice.jobs import frame_names, output_names
from renderjuice.jobs.output_source import OutputSource
from renderjuice.jobs.records import OutputRecord
from renderjuice.package_layout import file_names

HOSTILE = [
    "../../etc/passwd",
    "/etc/passwd",
    "C:\\x",
    "C:x.png",
    "\\\\server\\share\\x.png",
    "..",
    ".",
    "",
    " ",
    "a\0b.png",
    ".bashrc",
    "con",
    "CON.png",
    "nul.tar.gz",
    "COM1",
    "lpt9.exr",
    "COM¹.png",
    "aux .png",
    "x.png.",
    "x.png ",
    'a:b|c?d*e<f>g"h.png',
    "new\nline.png",
    "x" * 300 + ".png",
    "é" * 300 + ".png",
    "x." + "y" * 300,
    "🎬" * 100 + ".png",
    "👩‍🚀_0001.png",
    "מסגרת_0001.png",
    "\u202egnp.exe",
    "\ud800.png",
    "~",
    "-rf",
]
COMPONENTS = st.text(max_size=300) | st.sampled_from(HOSTILE)
FILES = st.builds(
    OutputFile,
    url=st.just("https://storage.example/x"),
    file_name=st.none() | COMPONENTS,
    view=st.none() | st.sampled_from(["left", "right", "../x"]),
    relative_path=st.none() | st.lists(COMPONENTS, max_size=12).map("/".join) | COMPONENTS,
    composite_node_name=st.none() | COMPONENTS,
)


def is_safe(name: str) -> bool:
    """A name that Linux, macOS and Windows keep as it is, and that is no path, no device and not hidden."""
    stem = name.split(".")[0].strip().upper()
    is_device = re.fullmatch(r"CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³]", stem)
    return bool(
        name
        and not is_device
        and not re.search(r'[<>:"/\\|?*\x00-\x1f\u202a-\u202e\u2066-\u2069]', name)
        and name[-1] not in ". "
        and name[0] not in ". "
        and len(name.encode()) <= 210
    )


def frame(name: str, **more: str) -> OutputFile:
    """A listed frame."""
    return OutputFile(url=f"https://storage.example/{name}?token=t", file_name=name, **more)  # type: ignore[arg-type]


def names(downloads: Downloads, placed: dict[str, str] | None = None) -> list[str]:
    """Where the files of a listing go."""
    return [place.name for place in output_names.plan(downloads, placed)]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_become_safe_ones(name: str) -> None:
    assert is_safe(file_names.safe_name(name))


@given(COMPONENTS)
def test_any_name_becomes_a_safe_one_that_stays(name: str) -> None:
    safe = file_names.safe_name(name)
    assert is_safe(safe)
    assert file_names.safe_name(safe) == safe


@pytest.mark.parametrize(
    "name",
    ["0001.png", "shot_0001_L.exr", "héllo 0001.png", "👩‍🚀_0001.png", "מסגרת_0001.png", "a.b.0001.png", "console.png"],
)
def test_good_names_stay_as_they_are(name: str) -> None:
    assert file_names.safe_name(name) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\renders\\0001.png", "0001.png"),
        (".bashrc", "_.bashrc"),
        ("CON.png", "_CON.png"),
        ("", "_"),
        ("..", "_"),
        ("x" * 300 + ".png", "x" * 196 + ".png"),
        ("e\u0301.png", "é.png"),
    ],
)
def test_what_a_name_becomes(name: str, expected: str) -> None:
    assert file_names.safe_name(name) == expected


@given(st.lists(FILES, max_size=6), st.lists(FILES, max_size=6))
def test_no_listing_leads_out_of_the_folder_or_to_one_place_twice(
    frames: list[OutputFile], nodes: list[OutputFile]
) -> None:
    downloads = Downloads(frames=tuple(frames), composite_nodes=tuple(nodes))
    places = output_names.plan(downloads)
    assert len(places) == len(frames) + len(nodes)
    folded = [place.name.casefold() for place in places]
    assert len(set(folded)) == len(folded)
    for place in places:
        parts = place.name.split("/")
        assert all(is_safe(part) for part in parts)
        assert len(parts) <= output_names.MAX_FOLDERS + 1
        assert not PureWindowsPath(place.name).anchor
    # no file where another one needs a folder
    for one, other in itertools.permutations(folded, 2):
        assert not one.startswith(other + "/")
    assert len({place.source for place in places}) == len(places)


@given(st.lists(FILES, max_size=8, unique_by=lambda file: OutputSource.of("frame", file)), st.randoms())
def test_a_file_stays_where_it_was_put_whatever_is_listed_later(files: list[OutputFile], random: object) -> None:
    half = Downloads(frames=tuple(files[: len(files) // 2]))
    placed = {place.source: place.name for place in output_names.plan(half)}
    shuffled = list(files)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    later = {place.source: place.name for place in output_names.plan(Downloads(frames=tuple(shuffled)), placed)}
    assert placed.items() <= later.items()
    assert len({name.casefold() for name in later.values()}) == len(files)


def test_frames_views_and_nodes_each_get_their_place() -> None:
    downloads = Downloads(
        frames=(
            frame("0001.png", view="left"),
            frame("0001.png", view="right"),
            frame("A.PNG"),
            frame("a.png"),
            frame("a.png"),
        ),
        composite_nodes=(
            frame("0001.exr", relative_path="passes/deep/0001.exr", composite_node_name="Passes"),
            frame("0001.exr", relative_path="..\\..\\x\\0001.exr"),
            frame("0001.exr", composite_node_name="../Mist"),
            frame("0001.exr"),
            frame("z.exr", relative_path="A.png/z.exr"),
        ),
    )
    assert names(downloads) == [
        "0001.png",
        "0001_right.png",
        "A.PNG",
        "a (2).png",
        "a (3).png",
        "passes/deep/0001.exr",
        "x/0001.exr",
        "Mist/0001.exr",
        "File Output/0001.exr",
        "A.png_/z.exr",
    ]
    views = Downloads(frames=downloads.frames[:2])
    assert frame_names.count_frames((1, 2), output_names.plan(views)) == 1
    assert frame_names.count_frames((1, 2), output_names.plan(downloads)) == 2


def test_legacy_lists_have_names_from_their_addresses() -> None:
    listed = {
        "frames": [f"https://s.example/download/{number:04}.jpg?token=x" for number in (1, 2)],
        "frameOutputs": [],
    }
    assert names(parse_downloads(listed)) == ["0001.jpg", "0002.jpg"]
    evil = {"frames": ["https://s.example/download/..%2F..%2Fetc%2Fpasswd?token=x"]}
    assert names(parse_downloads(evil)) == ["passwd"]


def files(*names: str, view: str = "") -> list[OutputRecord]:
    """Files of these names that arrived."""
    return [
        OutputRecord("job", name, Path(name), 0, 0, OutputSource.of("frame", frame(name, view=view)).to_text())
        for name in names
    ]


def rendered(pattern: str, frames: Iterable[int]) -> list[str]:
    """The names that Blender gives to frames: the last run of `#` is replaced, or else four digits are added."""
    head, marks, tail = re.fullmatch(r"(.*?)(#*)([^#]*)", pattern).groups()  # type: ignore[union-attr]
    if not marks:
        head, marks, tail = tail, "####", ""
    return [f"{head}{'-' if frame < 0 else ''}{abs(frame):0{len(marks)}d}{tail}.png" for frame in frames]


@pytest.mark.parametrize(
    ("name", "wanted", "expected"),
    [
        ("0007.png", (1, 7), 7),
        ("shot_2_0007_L.png", (2, 7), 7),
        ("shot-0007.png", (-7, 7), 7),
        ("shot--0007.png", (-7, 7), -7),
        ("shot_v02-0007.png", (-8, -7), -7),
        ("-0007.png", (-7, 7), -7),
        ("shot_-0007.png", (-7, 7), -7),
        ("10007.exr", (7, 10007), 10007),
        ("v2.0012.exr", (2, 12), 12),
        ("0012.jp2", (2, 12), 12),
        ("shot.0012", (2, 12), 12),
        # a single name that could be read in two ways: frames are padded
        ("0001_Cam2.png", (1, 2), 1),
        ("beauty_0001_4k.exr", (1, 4), 1),
        ("shot_v020001_4k.exr", (1, 4), 1),
        ("shot.png", (1, 2), None),
        ("shot_v02.png", (1, 3), None),
    ],
)
def test_the_frame_that_a_name_tells(name: str, wanted: tuple[int, ...], expected: int | None) -> None:
    assert frame_names.frames_told(wanted, files(name)) == ({expected} - {None})


PATTERNS = [
    "####",
    "#",
    "shot_####_v02",
    "beauty_####_4k",
    "####_Cam2",
    "####_0007",
    "2_####_7_L",
    "shot_v02",
    "shot_2",
    "20261105_###",
    "v02##",
    "shot-####",
    "take (####)",
]
FRAMES = [range(1, 31), range(0, 5), (2, 4), range(9990, 10012), range(20000, 20005), range(1, 60, 7)]


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("wanted", FRAMES, ids=str)
def test_all_names_together_tell_their_frames(pattern: str, wanted: Sequence[int]) -> None:
    here = rendered(pattern, wanted)
    assert frame_names.frames_told(wanted, files(*here)) == set(wanted)
    assert frame_names.missing_frames(wanted, files(*here)) == ()
    assert frame_names.count_frames(wanted, files(*here)) == len(wanted)
    assert frame_names.expected_names(wanted, files(*here)) == tuple(here)
    if len(wanted) > 3:
        del here[2]
        assert frame_names.missing_frames(wanted, files(*here)) == (wanted[2],)
        assert frame_names.count_frames(wanted, files(*here)) == len(wanted) - 1
        assert set(frame_names.expected_names(wanted, files(*here))) == set(rendered(pattern, wanted))


@pytest.mark.parametrize("pattern", ["####", "shot_####", "shot_####_v02", "####_Cam2", "shot-####"])
def test_frames_before_zero_are_told_too(pattern: str) -> None:
    wanted = range(-4, 5)
    here = rendered(pattern, wanted)
    assert frame_names.missing_frames(wanted, files(*here[1:])) == (-4,)
    assert frame_names.expected_names(wanted, files(here[0])) == tuple(here)


@pytest.mark.parametrize(
    ("wanted", "here", "missing"),
    [
        ((1, 2, 3), ["0001.png", "0003.png"], (2,)),
        ((1, 2, 3), ["0001.png", "0002.png", "0003.png"], ()),
        ((-2, 10000), ["-0002.png"], (10000,)),
        ((1,), ["still.png"], ()),
        ((5,), ["shot_v12.png"], ()),
        ((5,), [], (5,)),
        ((1, 2), ["a.png"], (2,)),
        ((1, 2), [], (1, 2)),
        ((1, 2), ["0001.png", "passes/0002.exr"], (2,)),
        ((1, 2), ["0001_L.png", "0001_R.png"], (2,)),
        # names that tell no frame, or others than were asked for: counted
        ((1, 2), ["a.png", "b.png"], ()),
        ((1, 2), ["take7_a.png", "take7_b.png"], ()),
        ((1, 2), ["take2_a.png", "take2_b.png"], ()),
        ((1, 2, 3), ["0000.png", "0001.png", "0002.png"], (3,)),
        (tuple(range(1, 11)), [f"{frame:04d}.png" for frame in range(4, 14)], (1, 2, 3)),
        ((1, 2, 3), ["a_left.png", "a_right.png", "b_left.png", "b_right.png"], (3,)),
        ((1, 2), ["0002.png", "thumbnail.png"], ()),
        ((1, 2, 3), ["0002.png", "thumbnail.png"], (1, 3)),
    ],
)
def test_missing_frames(wanted: tuple[int, ...], here: list[str], missing: tuple[int, ...]) -> None:
    assert frame_names.missing_frames(wanted, files(*here)) == missing
    assert frame_names.count_frames(wanted, files(*here)) == len(wanted) - len(missing)


def test_views_of_one_frame_count_once() -> None:
    left, right = files("0001.png", view="left"), files("0001_cam2.png", view="cam2")
    assert frame_names.missing_frames((1, 2), left + right) == (2,)
    left, right = files("a.png", "b.png", view="left"), files("c.png", "d.png", view="right")
    assert frame_names.missing_frames((1, 2), left + right) == ()
    assert frame_names.missing_frames((1, 2, 3), left + right) == (3,)
    assert frame_names.missing_frames((1, 2), left + right[1:]) == (2,)


@given(st.sets(st.integers(-20, 300), max_size=8), st.lists(COMPONENTS.map(file_names.safe_name), max_size=8))
def test_any_names_can_be_judged(wanted: set[int], names: list[str]) -> None:
    here = files(*names)
    frames = tuple(sorted(wanted))
    missing = frame_names.missing_frames(frames, here)
    assert set(missing) <= wanted
    assert frame_names.frames_told(frames, here) <= wanted
    assert frame_names.count_frames(frames, here) == len(wanted) - len(missing)
    assert all(is_safe(name) for name in names)
    frame_names.expected_names(frames, here)


@pytest.mark.parametrize(
    ("suffix", "content", "words"),
    [
        (".png", b"", "empty"),
        (".PNG", b"<html>", "no PNG"),
        (".png", output_names.PNG_START + b"x" * 100, "end is missing"),
        (".png", output_names.PNG_START + b"x" * 100 + output_names.PNG_END, ""),
        (".jpg", b"\xff\xd8" + b"x" * 100, "end is missing"),
        (".jpg", b"\xff\xd8" + b"x" * 100 + b"\xff\xd9", ""),
        (".exr", b"<Error>", "no EXR"),
        (".exr", b"\x76\x2f\x31\x01rest", ""),
        (".tif", b"II*\0", ""),
        (".tiff", b"MM\0*", ""),
        (".tif", b"PK\3\4", "no TIF"),
        (".webp", b"RIFF\x04\0\0\0WEBP", ""),
        (".webp", b"RIFF\x05\0\0\0WEBP", "end is missing"),
        (".webp", b"RIFF\x04\0\0\0WAVE", "no WEBP"),
        (".hdr", b"#?RADIANCE", ""),
        (".bmp", b"BMxx", ""),
        (".xyz", b"anything", ""),
        (".xyz", b"", "empty"),
    ],
)
def test_damage_is_noticed(tmp_path: Path, suffix: str, content: bytes, words: str) -> None:
    (tmp_path / "part").write_bytes(content)
    found = output_names.damage(tmp_path / "part", suffix)
    assert words in found
    assert bool(found) == bool(words)


def test_only_what_the_job_wrote_and_nobody_changed_is_ours(tmp_path: Path) -> None:
    path = tmp_path / "0001.png"
    path.write_bytes(b"frame")
    status = path.stat()
    known = OutputRecord("job", "0001.png", path, status.st_size, status.st_mtime_ns)
    assert output_names.is_ours(path, known)
    assert not output_names.is_ours(path, None)
    assert not output_names.is_ours(tmp_path / "0002.png", known)
    (tmp_path / "0003.png").symlink_to("nowhere")
    (tmp_path / "passes").mkdir()
    taken = output_names.conflicts(tmp_path, ["0001.png", "0002.png", "0003.png", "passes"], {"0001.png": known})
    assert taken == ("0003.png", "passes")
    path.write_bytes(b"FRAME")
    assert output_names.conflicts(tmp_path, ["0001.png"], {"0001.png": known}) == ("0001.png",)
    path.unlink()
    assert not output_names.is_ours(path, known)


def test_the_names_of_the_other_frames() -> None:
    assert frame_names.expected_names((1, 20, -3), files("shot_0001.png")) == (
        "shot_0001.png",
        "shot_0020.png",
        "shot_-0003.png",
    )
    assert frame_names.expected_names((1, 12345), files("shot_0001_L.png")) == ("shot_0001_L.png", "shot_12345_L.png")
    assert frame_names.expected_names((1, 2), files("0001_Cam2.png")) == ("0001_Cam2.png", "0002_Cam2.png")
    assert frame_names.expected_names((1, 2), files("shot_v020001.png")) == ("shot_v020001.png", "shot_v020002.png")
    assert frame_names.expected_names((1, 12345), files("12345.png", "0001.png")) == ("0001.png", "12345.png")
    assert frame_names.expected_names((1, 2), files("passes/0001.exr", "0001.exr")) == ("0001.exr", "0002.exr")
    assert frame_names.expected_names((1, 2), files("still.png")) == ()
    assert frame_names.expected_names((1, 2), []) == ()
