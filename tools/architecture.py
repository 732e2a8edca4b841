# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that the code keeps to the list of the rooms: `python3 -m tools.architecture`, and a part of `build.py lint`.

Modules do not import each other in a circle, and no room imports one that it may not know. Imports inside functions and
for type checking count, too. Files, folders and the rooms' own sentences are checked as well.
"""

from __future__ import annotations

import ast
import graphlib
import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tools.paths import ROOT
from tools.rooms import PROCESSES, ROOMS, Room

MAX_LINES = 310
MAX_MODULES_A_FOLDER = 15
PROPERTIES_ROOM = "properties"
EXTENSION = "renderjuice"


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong, and where: `path` below the clone, `line` from 1."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


@dataclass(frozen=True)
class Module:
    """A Python file. `name` is its dotted path in the clone, "" for the extension's own `__init__`."""

    name: str
    path: str
    source: str

    @property
    def folder(self) -> str:
        """The room that it is in; "." for the extension's own `__init__`."""
        return str(PurePosixPath(self.path).parent)

    @property
    def is_package(self) -> bool:
        """It is the `__init__` of its folder."""
        return self.path.endswith("__init__.py")

    @property
    def package(self) -> tuple[str, ...]:
        """The parts of the dotted name that relative imports begin at."""
        parts = tuple(filter(None, self.name.split(".")))
        return parts if self.is_package else parts[:-1]


Imports = Mapping[str, Mapping[str, int]]
"""Name of a module -> the modules that it imports, each with its first line."""


def faults(root: Path = ROOT, rooms: Sequence[Room] = ROOMS) -> list[Fault]:
    """All faults, by file and line."""
    modules = read_modules(root, rooms)
    imports = {name: _imports(module, modules) for name, module in modules.items()}
    return sorted(
        [
            *circles(modules, imports),
            *forbidden_arrows(modules, imports, rooms),
            *long_files(modules),
            *folders_out_of_order(root, modules, rooms),
            *untrue_sentences(modules, rooms),
            *modules_without_property(modules),
            *tests_of_tests(root),
        ]
    )


def read_modules(root: Path, rooms: Sequence[Room]) -> dict[str, Module]:
    """All modules in the rooms' top folders and the extension's own `__init__`, by their dotted names."""
    tops = sorted({room.top for room in rooms})
    found: dict[str, Module] = {}
    for path in (root / "__init__.py", *(path for top in tops for path in sorted((root / top).rglob("*.py")))):
        if path.is_file():
            relative = path.relative_to(root)
            parts = relative.parent.parts if path.name == "__init__.py" else relative.with_suffix("").parts
            name = ".".join(parts)
            found[name] = Module(name, relative.as_posix(), path.read_text(encoding="utf-8"))
    return found


def circles(modules: Mapping[str, Module], imports: Imports) -> Iterator[Fault]:
    """Modules that import each other in a circle. Where circles share an import, a second one may show only later."""
    graph = {name: sorted(imported) for name, imported in sorted(imports.items())}
    while True:
        try:
            graphlib.TopologicalSorter(graph).prepare()
        except graphlib.CycleError as error:
            # Python lists each module before the one that imports it.
            circle: list[str] = list(reversed(error.args[1]))
        else:
            return
        first, second = circle[:2]
        steps = [f"{modules[one].path}:{imports[one][other]}" for one, other in itertools.pairwise(circle)]
        text = f"a circle of imports, each line imports the next: {', '.join(steps)}"
        yield Fault(modules[first].path, imports[first][second], text)
        for one, other in itertools.pairwise(circle):
            graph[one].remove(other)


def forbidden_arrows(modules: Mapping[str, Module], imports: Imports, rooms: Sequence[Room]) -> Iterator[Fault]:
    """Imports from one room into another that `may_import` does not name. The extension's `__init__` may import all."""
    allowed = {room.name: {room.name, *room.may_import} for room in rooms}
    for name, imported in imports.items():
        module = modules[name]
        if module.folder not in allowed:
            continue
        for target, line in imported.items():
            other = modules[target]
            if not {other.folder, target.replace(".", "/")} & allowed[module.folder]:
                there = "the extension's own __init__" if target == "" else other.folder
                yield Fault(module.path, line, f"{module.folder} may not import {there} ({target}), see tools/rooms.py")


def long_files(modules: Mapping[str, Module]) -> Iterator[Fault]:
    """Files that nobody reads in one sitting."""
    for module in modules.values():
        lines = len(module.source.splitlines())
        if lines > MAX_LINES:
            yield Fault(module.path, lines, f"{lines} lines; at most {MAX_LINES}: split it by what it does")


def folders_out_of_order(root: Path, modules: Mapping[str, Module], rooms: Sequence[Room]) -> Iterator[Fault]:
    """Folders that are no room, rooms that are no folder, and folders with too many modules."""
    unlimited = {room.name for room in rooms if room.has_one_file_a_topic}
    known = {room.name for room in rooms}
    folders: dict[str, int] = dict.fromkeys(sorted({module.folder for module in modules.values()} - {"."}), 0)
    for module in modules.values():
        if module.folder in folders and not module.is_package:
            folders[module.folder] += 1
    for folder, count in folders.items():
        place = f"{folder}/__init__.py"
        if folder not in known:
            yield Fault(place, 1, f"the folder {folder} is not in the list of the rooms, tools/rooms.py")
        if not (root / place).is_file():
            yield Fault(place, 1, "a room needs an __init__ that says what it is for")
        if count > MAX_MODULES_A_FOLDER and folder not in unlimited:
            yield Fault(place, 1, f"{count} modules side by side; at most {MAX_MODULES_A_FOLDER}")
    for name in sorted(known - folders.keys()):
        yield Fault("tools/rooms.py", 1, f"the room {name} is no folder with modules")


def untrue_sentences(modules: Mapping[str, Module], rooms: Sequence[Room]) -> Iterator[Fault]:
    """Rooms whose `__init__` does not begin with the purpose in the list, or does not say the process."""
    for room in rooms:
        module = modules.get(room.name.replace("/", "."))
        if module is None or not module.is_package:
            continue
        sentences = " ".join((ast.get_docstring(ast.parse(module.source)) or "").split())
        if not sentences.startswith(room.purpose):
            yield Fault(module.path, 2, f"the first sentence is not the one of tools/rooms.py: {room.purpose}")
        if PROCESSES[room.process] not in sentences:
            yield Fault(module.path, 2, f"the process is not told; say: {PROCESSES[room.process]}")


def modules_without_property(modules: Mapping[str, Module]) -> Iterator[Fault]:
    """Modules among the properties that declare none."""
    for module in modules.values():
        if module.folder == PROPERTIES_ROOM and not module.is_package and not _declares_property(module.source):
            yield Fault(module.path, 1, "declares no property of bpy.props, so that it belongs into another room")


def tests_of_tests(root: Path) -> Iterator[Fault]:
    """Tests that import another test. What both need is a helper, named for what it makes."""
    for path in sorted((root / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
                for name in names:
                    if name.rpartition(".")[2].startswith("test_"):
                        place = path.relative_to(root).as_posix()
                        yield Fault(place, node.lineno, f"imports another test: {name}")


def _imports(module: Module, modules: Mapping[str, Module]) -> dict[str, int]:
    """The clone's own modules that a module imports, each with its first line."""
    found: dict[str, int] = {}
    for node in ast.walk(ast.parse(module.source)):
        for name in _imported_names(node, module.package, modules):
            target = name if name in modules else name.rpartition(".")[0]
            # A package that imports a name of its own is no import of another module.
            if target in modules and target != module.name:
                found[target] = min(node.lineno, found.get(target, node.lineno))  # type: ignore[attr-defined]
    return found


def _imported_names(node: ast.AST, package: Sequence[str], modules: Mapping[str, Module]) -> Iterator[str]:
    """The dotted names in the clone that one statement imports."""
    match node:
        case ast.Import():
            for alias in node.names:
                if _is_ours(alias.name, modules):
                    yield alias.name.removeprefix(EXTENSION).removeprefix(".")
        case ast.ImportFrom(level=0):
            if _is_ours(node.module or "", modules):
                base = (node.module or "").removeprefix(EXTENSION).removeprefix(".")
                yield from (f"{base}.{alias.name}".removeprefix(".") for alias in node.names)
        case ast.ImportFrom():
            base = ".".join(filter(None, (*package[: len(package) - node.level + 1], node.module)))
            for alias in node.names:
                # Blender's own way to learn an extension's name; nothing of the package is used.
                if alias.name != "__package__":
                    yield f"{base}.{alias.name}".removeprefix(".")


def _is_ours(name: str, modules: Mapping[str, Module]) -> bool:
    """True for the absolute name of a module of the clone."""
    top = name.partition(".")[0]
    return top == EXTENSION or top in modules


def _declares_property(source: str) -> bool:
    tree = ast.parse(source)
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "bpy.props"
        for alias in node.names
    }
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return any(name in imported or (name.startswith("bpy.props.") and name.endswith("Property")) for name in called)


def main() -> int:
    """Print all faults; gives the exit code."""
    found = faults()
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
