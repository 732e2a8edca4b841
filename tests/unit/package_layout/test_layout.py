# SPDX-License-Identifier: GPL-3.0-or-later
"""Where each file goes in the package, and which .blend files have to be rewritten for it."""

from __future__ import annotations

import json
import ntpath
import os
import posixpath
from collections.abc import Collection
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import pytest

from renderjuice.package_layout.layout import Layout, plan_layout, relative_path, works
from renderjuice.package_layout.package_error import PackageError
from renderjuice.package_layout.path_use import PathForm, PathUse, form_of
from renderjuice.package_layout.same_files import identity_on_disk, leads_twice

SHOT = "/home/ann/film/scenes/shot.blend"
WINDOWS_SHOT = "C:/film/scenes/shot.blend"


def use(written: str, blend: str = SHOT, *files: str, form: PathForm | None = None, is_packed: bool = False) -> PathUse:
    """A path as it is written in a .blend, for a single file or for these."""
    windows = ":" in blend or blend.startswith("\\\\")
    kind, module = (PureWindowsPath, ntpath) if windows else (PurePosixPath, posixpath)
    folder = kind(blend).parent
    rest = written.removeprefix("//").replace("\\", "/") if written.startswith("//") else ""
    path = kind(module.normpath(str(folder / rest) if written.startswith("//") else written))
    return PathUse(kind(blend), written, path, tuple(map(kind, files)) or (path,), form or form_of(written), is_packed)


def plan(*uses: PathUse, blend: str = SHOT, same: Collection[Collection[str]] = (), remapped: bool = False) -> Layout:
    """A layout where the paths in each group of `same` lead to one file, on a disk that nobody can list."""
    kind = PureWindowsPath if ":" in blend else PurePosixPath
    groups = {kind(path): number for number, group in enumerate(same) for path in group}
    return plan_layout(
        kind(blend),
        uses,
        is_remapped=remapped,
        identify=lambda path: groups.get(path, path),  # type: ignore[call-overload]
        listing=lambda _folder: None,
    )


def place(layout: Layout, path: str) -> str | None:
    """A place as text."""
    found = layout.place_of(type(layout.blend)(path))
    return None if found is None else str(found)


def hold(layout: Layout, uses: Collection[PathUse]) -> list[bool]:
    """Whether each path holds in the package as it is written."""
    held = []
    for one in uses:
        blend, target = layout.place_of(one.blend), layout.place_of(one.path)
        assert blend is not None and target is not None, one
        held.append(works(one.written, blend, target))
    return held


# -- paths that hold --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "blend", "target", "holds"),
    [
        ("//wood.png", "scenes/shot.blend", "scenes/wood.png", True),
        ("//../tex/wood.png", "scenes/shot.blend", "tex/wood.png", True),
        ("//..\\tex\\wood.png", "scenes/shot.blend", "tex/wood.png", True),
        ("//./a//b/../wood.png", "shot.blend", "a/wood.png", True),
        ("//gone/../wood.png", "shot.blend", "wood.png", True),
        ("//../../tex/wood.png", "scenes/shot.blend", "tex/wood.png", False),
        ("//../wood.png", "shot.blend", "wood.png", False),
        ("//wood.png", "scenes/shot.blend", "wood.png", False),
        ("//Wood.png", "shot.blend", "wood.png", False),
        ("/tex/wood.png", "shot.blend", "tex/wood.png", False),
        ("tex/wood.png", "shot.blend", "tex/wood.png", False),
        ("C:\\tex\\wood.png", "shot.blend", "tex/wood.png", False),
        ("\\\\server\\tex\\wood.png", "shot.blend", "tex/wood.png", False),
        ("//", "scenes/shot.blend", "scenes", True),
        ("//cache/", "shot.blend", "cache", True),
        ("", "shot.blend", ".", False),
    ],
)
def test_which_paths_hold(written: str, blend: str, target: str, holds: bool) -> None:
    assert works(written, PurePosixPath(blend), PurePosixPath(target)) is holds


@pytest.mark.parametrize(
    ("blend", "target", "written"),
    [
        ("scenes/shot.blend", "scenes/wood.png", "//wood.png"),
        ("scenes/shot.blend", "tex/木.png", "//../tex/木.png"),
        ("shot.blend", "external/01-tex/wood.png", "//external/01-tex/wood.png"),
        ("a/b/shot.blend", "a", "//.."),
        ("a/b/shot.blend", "a/b", "//"),
    ],
)
def test_how_paths_are_written_anew(blend: str, target: str, written: str) -> None:
    assert relative_path(PurePosixPath(blend), PurePosixPath(target)) == written
    assert works(written, PurePosixPath(blend), PurePosixPath(target))


@pytest.mark.parametrize(
    ("written", "blend", "is_plain"),
    [
        ("//wood.png", "/shot.blend", True),
        ("//a/../wood.png", "/shot.blend", True),
        ("//../wood.png", "/shot.blend", False),
        ("//../tex/wood.png", "/film/scenes/shot.blend", True),
        ("//..\\tex\\wood.png", "/film/scenes/shot.blend", True),
        ("//../../wood.png", "/film/scenes/shot.blend", False),
        ("//a/../../../wood.png", "/film/scenes/shot.blend", False),
        ("/film/wood.png", "/film/shot.blend", False),
        ("//../tex/wood.png", "C:\\film\\scenes\\shot.blend", True),
        ("//../../tex/wood.png", "C:\\film\\scenes\\shot.blend", False),
        ("C:\\film\\wood.png", "C:\\film\\shot.blend", False),
    ],
)
def test_which_paths_are_plain(written: str, blend: str, is_plain: bool) -> None:
    kind = PureWindowsPath if ":" in blend else PurePosixPath
    assert PathUse(kind(blend), written, kind(blend), (), form_of(written)).is_plain is is_plain


# -- one tree ---------------------------------------------------------------------------------------------------------


def test_a_scene_by_itself() -> None:
    layout = plan()
    assert (layout.root, layout.outside, layout.rewritten) == (PurePosixPath("/home/ann/film/scenes"), (), ())
    assert place(layout, SHOT) == "shot.blend"


def test_relative_paths_keep_the_tree_as_it_is() -> None:
    library = "/home/ann/film/lib/tree.blend"
    uses = [
        use("//../tex/wood.png"),
        use("//../lib/tree.blend"),
        use("//bark.png", library),
        use("//../../shared/leaf.png", library),
        use("//cache.<UDIM>.png", SHOT, "/home/ann/film/scenes/cache.1001.png"),
    ]
    layout = plan(*uses)
    assert (layout.root, layout.outside, layout.rewritten) == (PurePosixPath("/home/ann"), (), ())
    assert place(layout, "/home/ann/shared/leaf.png") == "shared/leaf.png"
    assert place(layout, "/home/ann/film/scenes/cache.<UDIM>.png") == "film/scenes/cache.<UDIM>.png"
    assert place(layout, "/home/ann") == "."
    assert place(layout, "/home/bob/leaf.png") is None
    assert all(hold(layout, uses))


def test_a_path_that_leads_nowhere_places_nothing() -> None:
    missing = PathUse(PurePosixPath(SHOT), "/mnt/gone.png", PurePosixPath("/mnt/gone.png"), (), PathForm.ABSOLUTE)
    assert plan(missing) == plan()


def test_two_routes_to_one_file_are_one_place() -> None:
    uses = [use("//../lib/tree.blend"), use("//../lib/../lib/tree.blend"), use("//x/../../lib/tree.blend")]
    layout = plan(*uses)
    assert layout.rewritten == () and all(hold(layout, uses))


def test_libraries_that_link_each_other() -> None:
    a, b = "/home/ann/film/lib/a.blend", "/home/ann/film/lib/b.blend"
    uses = [use("//../lib/a.blend"), use("//b.blend", a), use("//a.blend", b), use("//../scenes/shot.blend", b)]
    layout = plan(*uses)
    assert layout.rewritten == () and all(hold(layout, uses))


def test_folders_are_placed_as_a_whole() -> None:
    folder = use("//../cache", SHOT, "/home/ann/film/cache/data/a.vdb", "/home/ann/film/cache/mesh/b.obj")
    above = use("//..", SHOT, "/home/ann/film/cache/data/a.vdb")
    layout = plan(folder, above)
    assert layout.root == PurePosixPath("/home/ann/film")
    assert place(layout, "/home/ann/film/cache") == "cache"
    assert all(hold(layout, [folder, above]))


# -- what lies elsewhere ----------------------------------------------------------------------------------------------


def test_absolute_paths_within_the_tree_stay_there() -> None:
    uses = [use("//../tex/wood.png"), use("/home/ann/film/tex/bark.png")]
    layout = plan(*uses, remapped=True)
    assert layout.outside == ()
    assert layout.rewritten == (PurePosixPath(SHOT),)
    assert place(layout, "/home/ann/film/tex/bark.png") == "tex/bark.png"


def test_absolute_paths_elsewhere_get_folders_of_their_own() -> None:
    files = ["/mnt/tex/wood.png", "/mnt/tex/hdri/sky.exr", "/opt/tex/wood.png", "/opt/tex/more/../wood.png"]
    layout = plan(*map(use, files), remapped=True)
    assert [(str(folder), name) for folder, name in layout.outside] == [
        ("/mnt/tex", "external/01-tex"),
        ("/opt/tex", "external/02-tex"),
    ]
    assert place(layout, "/mnt/tex/wood.png") == "external/01-tex/wood.png"
    assert place(layout, "/mnt/tex/hdri/sky.exr") == "external/01-tex/hdri/sky.exr"
    assert place(layout, "/opt/tex/wood.png") == "external/02-tex/wood.png"


def test_a_library_elsewhere_brings_its_own_tree() -> None:
    library = "/mnt/assets/trees/oak.blend"
    uses = [use(library), use("//../tex/bark.png", library), use("//leaf.png", library)]
    layout = plan(*uses, remapped=True)
    assert layout.outside == ((PurePosixPath("/mnt/assets"), "external/01-assets"),)
    assert layout.rewritten == (PurePosixPath(SHOT),)
    assert hold(layout, uses) == [False, True, True]


def test_libraries_elsewhere_keep_their_places_to_each_other() -> None:
    # one of them links the other, and Blender has its path count from the scene
    uses = [use("/mnt/assets/sets/set.blend"), use("//../../../../mnt/assets/trees/tree.blend"), use("/opt/a.blend")]
    layout = plan(*uses, remapped=True)
    assert place(layout, "/mnt/assets/sets/set.blend") == "external/01-assets/sets/set.blend"
    assert place(layout, "/mnt/assets/trees/tree.blend") == "external/01-assets/trees/tree.blend"
    assert place(layout, "/opt/a.blend") == "external/02-opt/a.blend"


def test_an_absolute_path_in_a_library_rewrites_the_library() -> None:
    library = "/home/ann/film/lib/tree.blend"
    uses = [use("//../lib/tree.blend"), use("/mnt/tex/bark.png", library)]
    layout = plan(*uses)
    assert layout.rewritten == (PurePosixPath(library),)
    assert place(layout, library) == "lib/tree.blend"
    assert place(layout, "/mnt/tex/bark.png") == "external/01-tex/bark.png"


def packed(written: str, *files: str) -> PathUse:
    """A library that is packed in the scene, with what its content reads."""
    return use(written, SHOT, *files, is_packed=True)


def test_a_packed_library_keeps_its_place_to_what_it_reads() -> None:
    library, bark = "/home/ann/film/lib/tree.blend", "/home/ann/film/tex/bark.png"
    uses = [packed("//../lib/tree.blend", bark), use("//../tex/bark.png", library)]
    layout = plan(*uses)
    assert (layout.root, layout.outside, layout.rewritten) == (PurePosixPath("/home/ann/film"), (), ())
    assert place(layout, SHOT) == "scenes/shot.blend"
    assert all(hold(layout, uses))


def test_a_packed_library_elsewhere_is_written_anew_in_the_scene() -> None:
    # a backup can be linked, too
    library, bark = "/mnt/assets/lib/tree.blend1", "/mnt/assets/tex/bark.png"
    uses = [packed(library, bark), use("//../tex/bark.png", library)]
    layout = plan(*uses, remapped=True)
    assert layout.outside == ((PurePosixPath("/mnt/assets"), "external/01-assets"),)
    # there is no such file, and the path in it holds
    assert layout.rewritten == (PurePosixPath(SHOT),)
    assert hold(layout, uses) == [False, True]


def test_packed_libraries_keep_their_places_to_each_other() -> None:
    outer, inner, bark = "/mnt/assets/sets/set.blend", "/mnt/assets/lib/tree.blend", "/mnt/assets/lib/bark.png"
    uses = [packed(outer, bark), packed(inner, bark), use("//bark.png", inner)]
    layout = plan(*uses, remapped=True)
    assert place(layout, outer) == "external/01-assets/sets/set.blend"
    assert place(layout, inner) == "external/01-assets/lib/tree.blend"


def test_what_packed_data_reads_is_not_found_elsewhere() -> None:
    library, bark, link = "/home/ann/film/tree.blend", "/mnt/tex/bark.png", "/home/ann/film/scenes/bark.png"
    for written in ("//../../../../mnt/tex/bark.png", bark):
        uses = [packed("//../tree.blend", bark), use(written, library), use("//bark.png")]
        layout = plan(*uses, same=[[bark, link]], remapped=True)
        assert place(layout, bark) == place(layout, link) == "external/01-tex/bark.png"


def test_an_absolute_path_to_a_library_rewrites_who_links_it() -> None:
    outer, inner = "/home/ann/film/lib/tree.blend", "/home/ann/film/lib/leaf.blend"
    uses = [use("//../lib/tree.blend"), use(inner, outer), use("//leaf.png", inner)]
    layout = plan(*uses)
    assert layout.rewritten == (PurePosixPath(outer),)
    assert place(layout, inner) == "lib/leaf.blend"


def test_the_root_of_the_drive_is_never_packed_as_a_tree() -> None:
    uses = [use("//../../../../mnt/tex/wood.png"), use("//../../../../wood.png"), use("//own.png")]
    layout = plan(*uses, remapped=True)
    assert layout.root == PurePosixPath("/home/ann/film/scenes")
    assert place(layout, "/mnt/tex/wood.png") == "external/02-tex/wood.png"
    assert place(layout, "/wood.png") == "external/01-files/wood.png"
    assert place(layout, SHOT) == "shot.blend"
    assert hold(layout, uses) == [False, False, True]


def test_a_scene_at_the_root_of_a_drive() -> None:
    uses = [use("//tex/wood.png", "/shot.blend"), use("/mnt/leaf.png", "/shot.blend")]
    layout = plan(*uses, blend="/shot.blend", remapped=True)
    assert (layout.root, layout.outside) == (PurePosixPath("/"), ())
    assert place(layout, "/tex/wood.png") == "tex/wood.png"
    assert place(layout, "/mnt/leaf.png") == "mnt/leaf.png"


def test_a_path_above_the_root_does_not_hold() -> None:
    uses = [use("//../../../../../../wood.png", SHOT, "/wood.png")]
    assert hold(plan(*uses, remapped=True), uses) == [False]


def test_the_tree_around_the_project_may_lie_elsewhere_by_itself() -> None:
    uses = [use("/home/ann/wood.png"), use("/home/ann/film/scenes/own.png"), use("/home/ann/film/x.png")]
    layout = plan(*uses, remapped=True)
    assert layout.root == PurePosixPath("/home/ann/film/scenes")
    assert place(layout, "/home/ann/film/scenes/own.png") == "own.png"
    assert place(layout, "/home/ann/film/x.png") == "external/01-ann/film/x.png"
    assert place(layout, "/home/ann/wood.png") == "external/01-ann/wood.png"


def test_a_folder_of_that_name_in_the_project_is_not_mixed_up() -> None:
    uses = [use("//external/01-tex/wood.png"), use("//External-2/wood.png"), use("/mnt/tex/wood.png")]
    layout = plan(*uses, remapped=True)
    places = [place(layout, str(one.path)) for one in uses]
    assert places == ["external/01-tex/wood.png", "External-2/wood.png", "external-3/01-tex/wood.png"]


def test_many_files_of_one_name_never_collide() -> None:
    uses = [use(f"/mnt/{number}/tex/wood.png") for number in range(150)]
    layout = plan(*uses, remapped=True)
    assert len({place(layout, str(one.path)) for one in uses}) == 150


@pytest.mark.parametrize("name", ["tex", "木 ☁", "a" * 200, "with: colon", "...", " "])
def test_folders_elsewhere_get_safe_names(name: str) -> None:
    layout = plan(use(f"/mnt/{name}/wood.png"), remapped=True)
    [(_folder, placed)] = layout.outside
    prefix, _slash, rest = placed.partition("/")
    assert prefix == "external" and rest.startswith("01-") and len(rest) > 3
    assert ":" not in placed and len(rest.encode()) < 255 and rest == rest.strip(" .")


def test_a_scene_that_was_never_saved() -> None:
    blend = "/home/ann/.config/renderjuice/submissions/1/snapshot/untitled.blend"
    layout = plan(use("/mnt/tex/wood.png", blend), blend=blend, remapped=True)
    assert place(layout, blend) == "untitled.blend"
    assert layout.rewritten == (PurePosixPath(blend),)


def test_a_snapshot_that_is_not_remapped_is_not_rewritten() -> None:
    with pytest.raises(PackageError, match="would not hold on a farm"):
        plan(use("/mnt/tex/wood.png"))


def test_a_remapped_snapshot_is_rewritten_in_any_case() -> None:
    assert plan(use("//wood.png"), remapped=True).rewritten == (PurePosixPath(SHOT),)


# -- Windows ----------------------------------------------------------------------------------------------------------


def test_windows_paths() -> None:
    library = "D:/assets/oak.blend"
    uses = [
        use("//..\\tex\\wood.png", WINDOWS_SHOT),
        use("C:\\film\\tex\\bark.png", WINDOWS_SHOT),
        use("C:\\other\\sky.exr", WINDOWS_SHOT),
        use("D:\\assets\\oak.blend", WINDOWS_SHOT),
        use("//bark.png", library),
        use("\\\\server\\share\\tex\\leaf.png", WINDOWS_SHOT),
    ]
    layout = plan(*uses, blend=WINDOWS_SHOT, remapped=True)
    assert layout.root == PureWindowsPath("C:/film")
    assert [place(layout, str(one.path)) for one in uses] == [
        "tex/wood.png",
        "tex/bark.png",
        "external/01-other/sky.exr",
        "external/02-assets/oak.blend",
        "external/02-assets/bark.png",
        "external/03-tex/leaf.png",
    ]
    assert layout.rewritten == (PureWindowsPath(WINDOWS_SHOT),)
    assert hold(layout, uses) == [True, False, False, False, True, False]


def test_a_drive_of_textures() -> None:
    uses = [use(path, WINDOWS_SHOT) for path in ("D:\\wood.png", "D:\\tex\\wood.png", "\\\\server\\share\\wood.png")]
    layout = plan(*uses, blend=WINDOWS_SHOT, remapped=True)
    places = [place(layout, str(one.path)) for one in uses]
    assert places == ["external/01-files/wood.png", "external/02-tex/wood.png", "external/03-files/wood.png"]


def test_windows_sees_no_case() -> None:
    uses = [use("//Tex/wood.png", WINDOWS_SHOT), use("c:\\FILM\\scenes\\tex\\bark.png", WINDOWS_SHOT)]
    layout = plan(*uses, blend=WINDOWS_SHOT, remapped=True)
    assert (layout.root, layout.outside) == (PureWindowsPath("C:/film/scenes"), ())


def test_a_path_that_leaves_its_folder_and_comes_back_keeps_the_folder_above() -> None:
    uses = [use("//../scenes/wood.png"), use("//../../film/scenes/tex/../bark.png")]
    layout = plan(*uses)
    assert layout.root == PurePosixPath("/home/ann")
    assert all(hold(layout, uses))


# -- one file by several names ----------------------------------------------------------------------------------------


def test_a_link_to_a_file_gives_way_to_the_file() -> None:
    link, file = "/home/ann/film/scenes/link.png", "/mnt/tex/wood.png"
    uses = [use("//link.png"), use(file)]
    layout = plan(*uses, same=[[link, file]], remapped=True)
    # what is reached by a relative path stays, and nothing else is needed
    assert layout.aliases == ((PurePosixPath(file), PurePosixPath(link)),)
    assert place(layout, file) == place(layout, link) == "link.png"
    assert layout.outside == ()


def test_names_that_the_snapshot_has_stay_when_it_is_not_rewritten() -> None:
    names = ["/home/ann/film/scenes/a.png", "/home/ann/film/scenes/b.png"]
    layout = plan(use("//a.png"), use("//b.png"), same=[names])
    assert layout.aliases == () and layout.rewritten == ()
    library = "/home/ann/film/scenes/lib.blend"
    other = "/home/ann/film/scenes/c.png"
    layout = plan(use("//a.png"), use("//lib.blend"), use("//c.png", library), same=[[names[0], other]])
    assert layout.aliases == ((PurePosixPath(other), PurePosixPath(names[0])),)
    assert layout.rewritten == (PurePosixPath(library),)


def test_a_link_to_a_folder_is_followed_by_patterns() -> None:
    real = [f"/mnt/tex/tile.{number}.png" for number in (1001, 1002)]
    linked = [f"/home/ann/film/link/tile.{number}.png" for number in (1001, 1002)]
    uses = [use("/mnt/tex/tile.<UDIM>.png", SHOT, *real), use("//../link/tile.<UDIM>.png", SHOT, *linked)]
    layout = plan(*uses, same=list(zip(real, linked, strict=True)), remapped=True)
    assert place(layout, "/mnt/tex/tile.<UDIM>.png") == "link/tile.<UDIM>.png"
    assert place(layout, real[1]) == "link/tile.1002.png"
    assert layout.outside == ()


def test_a_pattern_that_is_linked_in_parts_stays_whole() -> None:
    uses = [
        use("/mnt/tex/tile.<UDIM>.png", SHOT, "/mnt/tex/tile.1001.png", "/mnt/tex/tile.1002.png"),
        use("//wood.png"),
    ]
    same = [["/mnt/tex/tile.1001.png", "/home/ann/film/scenes/wood.png"]]
    layout = plan(*uses, same=same, remapped=True)
    assert layout.aliases == ()
    assert place(layout, "/mnt/tex/tile.1001.png") == "external/01-tex/tile.1001.png"
    assert place(layout, "/mnt/tex/tile.<UDIM>.png") == "external/01-tex/tile.<UDIM>.png"


def test_a_pattern_whose_file_is_kept_near_the_root_of_the_drive() -> None:
    deep = ["/mnt/cache/1/data/a.vdb", "/mnt/cache/2/data/a.vdb"]
    uses = [use("/mnt/cache", SHOT, *deep), use("/a.vdb")]
    layout = plan(*uses, same=[["/a.vdb", deep[0]]], remapped=True)
    assert {place(layout, path) for path in deep} == {
        "external/01-cache/1/data/a.vdb",
        "external/01-cache/2/data/a.vdb",
    }


def test_tiles_in_folders_with_numbers_stay_where_they_are() -> None:
    tiles = ["/mnt/tex/1001/wood.png", "/mnt/tex/1002/wood.png"]
    uses = [use("/mnt/tex/<UDIM>/wood.png", SHOT, *tiles), use("//wood.png")]
    layout = plan(*uses, same=[["/home/ann/film/scenes/wood.png", tiles[0]]], remapped=True)
    assert place(layout, tiles[0]) == "external/01-tex/1001/wood.png"
    assert place(layout, "/mnt/tex/<UDIM>/wood.png") == "external/01-tex/<UDIM>/wood.png"


def test_the_files_of_a_folder_with_an_implied_path_stay_there() -> None:
    # no setting has that path, which cannot be rewritten for that
    cached, other = "/home/ann/film/scenes/blendcache_shot/a.bphys", "/home/ann/film/scenes/a/a.bphys"
    uses = [use("//blendcache_shot", SHOT, cached, form=PathForm.IMPLIED), use("//a", SHOT, other)]
    layout = plan(*uses, same=[[cached, other]], remapped=True)
    assert place(layout, cached) == "blendcache_shot/a.bphys"
    assert place(layout, other) == "blendcache_shot/a.bphys"


def test_two_files_that_share_a_number_on_a_network_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "other"):
        (tmp_path / name).write_bytes(name.encode())

    def made_up(path: PurePath) -> os.stat_result:
        values = list(os.lstat(path))
        values[1], values[2] = 7, 7
        return os.stat_result(values)

    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", made_up)
        found = [identity_on_disk(tmp_path / name) for name in ("one", "one", "other")]
    assert found[0] == found[1] != found[2]


def test_a_linked_cache_folder_moves_as_a_whole() -> None:
    real, linked = "/mnt/cache/data/a.vdb", "/home/ann/film/scenes/link/data/a.vdb"
    uses = [use("/mnt/cache", SHOT, real), use("//link", SHOT, linked)]
    layout = plan(*uses, same=[[real, linked]], remapped=True)
    assert place(layout, "/mnt/cache") == "link"
    assert place(layout, real) == "link/data/a.vdb"


def test_a_library_by_two_names_is_two_libraries() -> None:
    names = ["/home/ann/film/lib/tree.blend", "/home/ann/film/link/tree.blend"]
    textures = ["/home/ann/film/lib/bark.png", "/home/ann/film/link/bark.png"]
    uses = [use("//../lib/tree.blend"), use("//../link/tree.blend"), *(use("//bark.png", name) for name in names)]
    layout = plan(*uses, same=[names, textures], remapped=True)
    assert {place(layout, name) for name in names} == {"lib/tree.blend", "link/tree.blend"}
    # their textures are stored once all the same
    assert {place(layout, name) for name in textures} == {"lib/bark.png"}
    assert layout.rewritten == (PurePosixPath(SHOT), PurePosixPath(names[1]))


def test_the_artists_own_file_is_its_snapshot() -> None:
    link = "/home/ann/film/scenes/link.blend"
    layout = plan(use("//link.blend"), same=[[SHOT, link]], remapped=True)
    assert layout.aliases == ()


def test_two_ways_to_one_file_are_seen(tmp_path: Path) -> None:
    for name in ("tex/wood.png", "tex/bark.png", "other/wood.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "link").symlink_to(tmp_path / "tex", target_is_directory=True)
    (tmp_path / "tex" / "pine.png").symlink_to("wood.png")
    (tmp_path / "tex" / "lost.png").symlink_to("nowhere")
    for names, is_twice in (
        (("tex/wood.png", "tex/bark.png", "other/wood.png", "gone/wood.png"), False),
        (("link/wood.png", "tex/bark.png", "tex/lost.png"), False),
        (("tex/pine.png", "other/wood.png"), False),
        (("tex/pine.png", "tex/wood.png"), True),
        (("link/bark.png", "tex/bark.png"), True),
        (("link/pine.png", "tex/wood.png"), True),
    ):
        assert leads_twice(str(tmp_path / name) for name in names) == is_twice, names


@pytest.mark.parametrize("kind", ["symlink", "hard link", "folder"])
def test_links_on_the_disk(tmp_path: Path, kind: str) -> None:
    (tmp_path / "tex").mkdir()
    (tmp_path / "tex" / "wood.png").write_bytes(b"wood")
    link = tmp_path / "link.png"
    if kind == "symlink":
        link.symlink_to(tmp_path / "tex" / "wood.png")
    elif kind == "hard link":
        link.hardlink_to(tmp_path / "tex" / "wood.png")
    else:
        (tmp_path / "link").symlink_to(tmp_path / "tex", target_is_directory=True)
        link = tmp_path / "link" / "wood.png"
    blend, wood = tmp_path / "shot.blend", tmp_path / "tex" / "wood.png"
    uses = [
        PathUse(blend, "//tex/wood.png", wood, (wood,), PathForm.RELATIVE),
        PathUse(blend, f"//{link.relative_to(tmp_path)}", link, (link,), PathForm.RELATIVE),
    ]
    layout = plan_layout(blend, uses, is_remapped=True)
    assert len({layout.place_of(one.path) for one in uses}) == 1
    copied = tmp_path / "tex" / "copy.png"
    copied.write_bytes(b"wood")
    copy = PathUse(blend, "//tex/copy.png", copied, (copied,), PathForm.RELATIVE)
    assert len(plan_layout(blend, [*uses, copy], is_remapped=True).aliases) == 1


# -- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["シーン 🎬.png", "with space.png", "a.b.c.png", "é.png", "é.png", "~$#%&'!.png"])
def test_names_are_kept(name: str) -> None:
    assert place(plan(use(f"//{name}")), f"/home/ann/film/scenes/{name}") == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("latin\udce9.png", r"latin\?\.png is no Unicode text\. Rename it"),
        ("back\\slash.png", r"holds a backslash"),
        ("new\nline.png", r"new\?line\.png holds a control character"),
        ("tab\x7f.png", r"tab\?\.png holds a control character"),
        ("木" * 84 + ".png", r"longer than the 255 bytes"),
    ],
)
@pytest.mark.parametrize("where", ["/home/ann/film/scenes/{}", "/home/ann/film/scenes/{}/wood.png", "/mnt/a/{}"])
def test_names_that_no_farm_can_keep_are_told(name: str, reason: str, where: str) -> None:
    path = PurePosixPath(where.format(name))
    one = PathUse(PurePosixPath(SHOT), str(path), path, (path,), PathForm.ABSOLUTE)
    above = use("/mnt/a/wood.png")
    own = use("//wood.png")
    with pytest.raises(PackageError, match=reason):
        plan(own, above, one, remapped=True)


def test_the_scenes_own_name_is_looked_at() -> None:
    with pytest.raises(PackageError, match="no Unicode text"):
        plan(blend="/home/ann/sh\udce9t.blend")


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("C:/film/scenes/Wood.png", {"C:/film/scenes": {"shot.blend", "wood.png"}}),
        ("C:/film/scenes/Tex/wood.png", {"C:/film/scenes": {"TEX"}, "C:/film/scenes/Tex": {"wood.png"}}),
        ("C:/film/scenes/\u00e9.png", {"C:/film/scenes": {"e\u0301.png"}}),
    ],
)
def test_a_name_that_is_written_otherwise_than_on_the_disk_is_told(written: str, names: dict[str, set[str]]) -> None:
    disk: dict[PurePath, set[str]] = {PureWindowsPath(folder): listed for folder, listed in names.items()}

    def look(path: PurePath) -> Collection[str] | None:
        return disk.get(path)

    one = use(written, WINDOWS_SHOT)
    with pytest.raises(PackageError, match=r"on the disk\. A farm on Linux tells the two apart"):
        plan_layout(PureWindowsPath(WINDOWS_SHOT), [one], is_remapped=True, identify=str, listing=look)
    right = {folder: listed | {PureWindowsPath(written).name, "Tex"} for folder, listed in disk.items()}
    plan_layout(PureWindowsPath(WINDOWS_SHOT), [one], is_remapped=True, identify=str, listing=right.get)


def test_names_that_differ_by_case_only_are_two_files() -> None:
    layout = plan(use("//wood.png"), use("//Wood.png"))
    assert place(layout, "/home/ann/film/scenes/Wood.png") == "Wood.png"
    assert place(layout, "/home/ann/film/scenes/wood.png") == "wood.png"


# -- the plan ---------------------------------------------------------------------------------------------------------


def test_a_layout_comes_back_as_it_was_written() -> None:
    names = ["/home/ann/film/scenes/a\udce9.png", "/mnt/tex/wood.png"]
    blend = Path("/home/ann/film/scenes/shot.blend")
    layout = Layout(
        blend, blend.parent, ((Path("/mnt/木"), "external/01-木"),), (blend,), ((Path(names[0]), Path(names[1])),)
    )
    text = json.dumps(layout.to_json())
    assert Layout.from_json(json.loads(text)) == layout
    assert os.fspath(Layout.from_json(json.loads(text)).aliases[0][0]) == names[0]
