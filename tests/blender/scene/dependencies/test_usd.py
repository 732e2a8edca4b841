# SPDX-License-Identifier: GPL-3.0-or-later
"""USD files that refer to others."""

from __future__ import annotations

import base64
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene.dependencies.needed_files import Find, touch

MESH = """#usda 1.0
( defaultPrim = "Mesh"
  upAxis = "Z"
  metersPerUnit = 1 )
def Mesh "Mesh" {
  int[] faceVertexCounts = [3]
  int[] faceVertexIndices = [0,1,2]
  point3f[] points.timeSamples = { 1: [(-1,-1,3),(1,-1,3),(1,1,3)], 10: [(-9,-9,2),(9,-9,2),(9,9,2)] }
}
"""
ROOT = """#usda 1.0
( defaultPrim = "World"
  startTimeCode = 1
  endTimeCode = 10
  upAxis = "Z"
  metersPerUnit = 1
  subLayers = [@./over.usda@] )
def Xform "World" {
  def "M" (references = @./geo/inner.usd@) {}
}
"""
INNER = """#usda 1.0
( defaultPrim = "Mesh" )
def "Mesh" (references = @./mesh.usda@) {}
"""
OVER = """#usda 1.0
( doc = "See @gone.usda@ and './gone.usd'." )
"""
CRATE = zlib.decompress(
    base64.b85decode(
        b"c-pN}J8#oa6#neI>;zC!LM0X&34s)(wv>edBoZYqtthEU91*b~6JLWRzjW;&A~AI2AHdk3z{JD=8)D`cFf$+^5-gM(>o`sk-MG@Z=ka~#9N*"
        b")kkNWGwLAL`1$@wDVzZ{8lY01W4c6PqrO50Y2)Pyvor3CpO38}Rp$|n$4$@)P0Z3@jU+*oe{4=@Sa&zuMziy4n}#)rNWBZ^HP8;-|1fyKal>"
        b"l9{}?g!kp5OT-sJaJr$GanYS&50Z9B8H94;3?x9lgKg=O&;x;Q&F&tZ)^Lu9kDn<6tb~nJB(vw2i!wE4O!3h816zB*^gPU>G=K*-hnfliSlC"
        b">;XJN}=JX*B#}L{LOba=BLRrX)kh+l56kAz5J(-<UGo+j>%fBjee=##zKrbsT;6Th#RnTa(tEi6F&_)v_1zVMtCGKko71Xwh;^T0ob*3cXO6"
        b"!FHns}w)@FLzP<*wr_6<%HR&L_Q57@osVb*AQisQK>&0`sKRlpRXRUzd*u>P5Aj1`g%{?Fhe5%+08C=pOR9j55CprK2MG#{M0xH^_G6GwDyH"
        b"2S$IlcRM4zp%tr>zrCyNb(iu#68`)ct{Ew1o7VC&`Fh*fSxSdXcsK2@Yn^5MHQ_hO{{vt?bL0"
    )
)
"""What `ROOT` says in the binary form of USD 26, with a payload more: `geo/pay.usdc`."""
LAYERS = ["geo/inner.usd", "geo/mesh.usda", "over.usda"]


def a_shape(folder: Path, name: str, root: bytes) -> bpy.types.CacheFile:
    """Have Blender read a shape that is in another file than the one it is told."""
    touch(folder, "geo/mesh.usda")
    for path, text in (("geo/mesh.usda", MESH), ("geo/inner.usd", INNER), ("over.usda", OVER)):
        (folder / path).write_text(text)
    (folder / name).write_bytes(root)
    bpy.data.objects.remove(bpy.data.objects["Cube"])
    bpy.ops.wm.usd_import(filepath=str(folder / name), relative_path=True)
    (cache,) = bpy.data.cache_files
    cache.filepath = f"//{name}"
    return cache


def is_read() -> bool:
    """True when Blender has read the shape of the last frame."""
    bpy.context.scene.frame_set(10)
    graph = bpy.context.evaluated_depsgraph_get()
    (shape,) = (each for each in bpy.data.objects if each.type == "MESH")
    return bool(shape.evaluated_get(graph).data.vertices[0].co.x == -9)


@pytest.mark.parametrize(("name", "root"), [("shot.usda", ROOT.encode()), ("shot.usdc", CRATE), ("shot.usd", CRATE)])
def test_layers_travel_with_their_root(find: Find, folder: Path, name: str, root: bytes) -> None:
    a_shape(folder, name, root)
    assert is_read()
    assert find(10).files == sorted([*LAYERS, name])
    (found,) = find(10).dependencies.used
    assert (found.path, found.files[0]) == (str(folder / name), str(folder / name))
    assert (find(10).missing, find(10).refused) == ([], [])
    touch(folder, "geo/pay.usdc")
    assert ("geo/pay.usdc" in find(10).files) == (root == CRATE)


def test_blender_reads_nothing_else(folder: Path, find: Find) -> None:
    a_shape(folder, "shot.usda", ROOT.encode())
    files = [Path(path) for path in find(10).dependencies.files]
    for path in folder.rglob("*.usd*"):
        if path not in files:
            path.unlink()
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    assert is_read()
    (folder / "geo/mesh.usda").unlink()
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    assert not is_read()


def warnings_of(load: Callable[[str], ModuleType]) -> list[Any]:
    dependencies = load("scene.dependencies.scan").find_dependencies(bpy.context.scene, (10,))
    preflight = load("scene.preflight.check")
    found = preflight.check_scene(bpy.context.scene, dependencies, (10,))
    return [finding.what for finding in found if "USD" in finding.what]


def test_what_cannot_travel_is_told(folder: Path, load: Callable[[str], ModuleType]) -> None:
    cache = a_shape(folder, "shot.usda", ROOT.encode())
    assert warnings_of(load) == []
    whole = ROOT.replace("./geo/inner.usd", (folder / "geo/inner.usd").as_posix())
    (folder / "shot.usda").write_text(whole)
    os.utime(folder / "shot.usda", (1, 1))
    (what,) = warnings_of(load)
    assert "geo/inner.usd by its whole path" in what
    (folder / "broken.usdc").write_bytes(CRATE[:-600])
    cache.filepath = "//broken.usdc"
    (what,) = warnings_of(load)
    assert "may refer to other files" in what
    touch(folder, "one.usdz")
    cache.filepath = "//one.usdz"
    assert warnings_of(load) == []


def test_numbered_clips_travel(load: Callable[[str], ModuleType], folder: Path) -> None:
    behind = load("scene.dependencies.kinds.usd_layers").layers_behind
    touch(folder, "clips/c.001.usd", "clips/c.002.usd", "clips/c.x.usd", "more's/plain.usda")
    text = '#usda 1.0\nstring templateAssetPath = "./clips/c.###.usd"\nasset a = @@@more\'s/plain.usda@@@ # "\n'
    (folder / "root.usda").write_text(text)
    found = behind(str(folder / "root.usda"), load("scene.dependencies.disk").Disk())
    assert found == tuple(str(folder / name) for name in ("clips/c.001.usd", "clips/c.002.usd", "more's/plain.usda"))
