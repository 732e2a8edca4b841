# SPDX-License-Identifier: GPL-3.0-or-later
"""The one list of the rooms: what each folder is for, which process runs it, and whom it may import.

Linting, packaging, the gathering of messages and the architecture page all take the rooms from here;
`python3 -m tools.rooms` prints the table of that page. A folder with modules that is not in this list is a fault,
and so is a room whose `__init__` says something else.
"""

from __future__ import annotations

from dataclasses import dataclass

PROCESSES = {
    "any": "Runs in any process",
    "Blender": "Runs in Blender's process",
    "worker": "Runs in the worker",
    "packer": "Runs in the packer",
    "-": "Does not ship",
}
"""Process -> how a room's `__init__` says so. "-" is for what is no part of the extension."""


@dataclass(frozen=True, kw_only=True)
class Room:
    """A folder of modules. `name` is its path in the clone, `purpose` the first sentence of its `__init__`."""

    name: str
    purpose: str
    process: str
    may_import: tuple[str, ...] = ()
    """Other rooms whose modules may be imported; or one module, as in `packer/second_blender`."""

    knows_blender: bool = False
    """It may import bpy and mathutils."""

    is_strict: bool = False
    """mypy --strict checks it, together with the other strict rooms and without Blender's."""

    shows_words: bool = True
    """Its texts are read by the artist, so that they are gathered for translation."""

    has_one_file_a_topic: bool = False
    """The number of its modules is not limited."""

    @property
    def ships(self) -> bool:
        """It is a part of the zip that Blender installs."""
        return self.process != "-"

    @property
    def top(self) -> str:
        """The folder at the top of the clone that holds it: `jobs` for `jobs/worker/fetching`."""
        return self.name.partition("/")[0]


PLAIN = ("messages", "api", "package_layout")
JOBS = ("jobs", "jobs/journal", "jobs/client")
"""What Blender's process may use of jobs."""
DEPENDENCIES = ("scene", "scene/rendered", "scene/rendered/ways", "scene/dependencies", "scene/dependencies/kinds")
SCENE = (*DEPENDENCIES, "scene/config", "scene/preflight")
BELOW_LIVE = (*PLAIN, "translations", *JOBS, *SCENE, "scene_edits", "scene_edits/footage", "properties")

ROOMS = (
    Room(
        name="messages",
        purpose="What an artist is told: a template in English and its arguments, put together where it is shown.",
        process="any",
        is_strict=True,
        shows_words=False,
    ),
    Room(
        name="api",
        purpose="Renderjuice's REST API in Python: client, models, errors.",
        process="any",
        may_import=("messages",),
        is_strict=True,
    ),
    Room(
        name="package_layout",
        purpose="Where each file lies in the package, and which path leads to it: what scene, worker and packer share.",
        process="any",
        may_import=("messages",),
        is_strict=True,
    ),
    Room(
        name="jobs",
        purpose="A job after it was handed over: its record, its folders, the names of its outputs.",
        process="any",
        may_import=PLAIN,
        is_strict=True,
    ),
    Room(
        name="jobs/journal",
        purpose="The journal: the one place where the state of all jobs lives.",
        process="any",
        may_import=(*PLAIN, "jobs"),
        is_strict=True,
    ),
    Room(
        name="jobs/client",
        purpose="Blender's end of the journal: hands jobs over, waits for them, keeps a worker running.",
        process="Blender",
        may_import=(*PLAIN, "jobs", "jobs/journal"),
        is_strict=True,
    ),
    Room(
        name="jobs/packaging",
        purpose="Writes the package: from a snapshot and the files it needs to the one file that is uploaded.",
        process="worker",
        may_import=(*PLAIN, "jobs", "jobs/journal"),
        is_strict=True,
    ),
    Room(
        name="jobs/worker",
        purpose="The worker: sends, follows and fetches jobs in a process of its own, without Blender.",
        process="worker",
        may_import=(*PLAIN, "jobs", "jobs/journal", "jobs/packaging", "jobs/worker/fetching"),
        is_strict=True,
    ),
    Room(
        name="jobs/worker/fetching",
        purpose="Fetching: from a list of files on the farm to each file in its place.",
        process="worker",
        may_import=(*PLAIN, "jobs", "jobs/journal", "jobs/worker"),
        is_strict=True,
    ),
    Room(
        name="scene",
        purpose="Blender's data, read as plain data: settings, files, problems. Never changes the open file.",
        process="Blender",
        may_import=(*PLAIN, "scene/config", "scene/rendered", "scene/dependencies", "scene/dependencies/kinds"),
        knows_blender=True,
    ),
    Room(
        name="scene/config",
        purpose="What the job is asked to render: settings, frames, color management.",
        process="Blender",
        may_import=(*PLAIN, "scene", "scene/rendered"),
        knows_blender=True,
    ),
    Room(
        name="scene/rendered",
        purpose="What a render reads: which scenes, collections, objects, nodes and strips are in its images.",
        process="Blender",
        may_import=(*PLAIN, "scene", "scene/rendered/ways"),
        knows_blender=True,
    ),
    Room(
        name="scene/rendered/ways",
        purpose="The ways by which a datablock comes into a render: what uses it, and what that takes of it.",
        process="Blender",
        may_import=(*PLAIN, "scene", "scene/rendered"),
        knows_blender=True,
    ),
    Room(
        name="scene/dependencies",
        purpose="Which files the render reads.",
        process="Blender",
        may_import=(*PLAIN, "scene", "scene/rendered", "scene/rendered/ways", "scene/dependencies/kinds"),
        knows_blender=True,
    ),
    Room(
        name="scene/dependencies/kinds",
        purpose="Where Blender's data names files: one module a kind of path.",
        process="Blender",
        may_import=(*PLAIN, "scene", "scene/rendered", "scene/rendered/ways", "scene/dependencies"),
        knows_blender=True,
        has_one_file_a_topic=True,
    ),
    Room(
        name="scene/preflight",
        purpose="Checks before anything is sent: what would go wrong, with what, and how to mend it.",
        process="Blender",
        may_import=(*PLAIN, *DEPENDENCIES, "scene/config"),
        knows_blender=True,
        has_one_file_a_topic=True,
    ),
    Room(
        name="scene_edits",
        purpose="Whatever changes the open file: remedies, selection, footage, snapshot.",
        process="Blender",
        may_import=(*PLAIN, "translations", *SCENE, "scene_edits/footage"),
        knows_blender=True,
    ),
    Room(
        name="scene_edits/footage",
        purpose="A job's frames in the project: in the Image Editor, the sequencer, the compositor or as a movie clip.",
        process="Blender",
        may_import=(*PLAIN, "translations", *SCENE, "scene_edits"),
        knows_blender=True,
    ),
    Room(
        name="packer",
        purpose="The program of the second Blender: it rewrites paths in copies of .blend files.",
        process="packer",
        may_import=(*PLAIN, *DEPENDENCIES),
        knows_blender=True,
    ),
    Room(
        name="properties",
        purpose="Blender properties, and nothing else: preferences, the settings of each scene, the rows of lists.",
        process="Blender",
        may_import=(*PLAIN, "translations", "jobs", *SCENE),
        knows_blender=True,
    ),
    Room(
        name="live",
        purpose="What goes on while the extension is enabled: the one timer, handlers, jobs, the check, arrivals, "
        "submitting.",
        process="Blender",
        may_import=(*BELOW_LIVE, "packer/second_blender"),
        knows_blender=True,
    ),
    Room(
        name="operators",
        purpose="What the artist and scripts can do: gather, call, report. One file a family.",
        process="Blender",
        may_import=(*BELOW_LIVE, "live"),
        knows_blender=True,
    ),
    Room(
        name="panels",
        purpose="What is shown: the panel, the menu, the status bar's line. Draws state and changes nothing.",
        process="Blender",
        may_import=(*BELOW_LIVE, "live"),
        knows_blender=True,
    ),
    Room(
        name="translations",
        purpose="All words that an artist reads, in the language of Blender's interface; a missing one is English.",
        process="Blender",
        may_import=("messages", "translations/languages"),
        knows_blender=True,
        shows_words=False,
    ),
    Room(
        name="translations/languages",
        purpose="The words of each language: one folder a language, in it one module a room.",
        process="Blender",
        shows_words=False,
    ),
    *(
        Room(
            name=f"translations/languages/{language}",
            purpose=f"The words in {language.replace('_', ' ').title()}.",
            process="Blender",
            shows_words=False,
        )
        for language in ("french", "german", "japanese", "simplified_chinese", "spanish")
    ),
    Room(
        name="local_farm",
        purpose="A stand-in for the render farm on this machine; shares no code with the extension, so that each "
        "checks the other.",
        process="-",
    ),
    Room(
        name="local_farm/inside_blender",
        purpose="What the local farm runs inside Blender: only bpy and the standard library, back to Blender 4.2.",
        process="-",
        may_import=("local_farm/inside_blender/needed_files",),
        knows_blender=True,
    ),
    Room(
        name="local_farm/inside_blender/needed_files",
        purpose="Which files a scene needs to render, read anew for the farm.",
        process="-",
        may_import=("local_farm/inside_blender",),
        knows_blender=True,
    ),
    Room(
        name="tools",
        purpose="What build.py is made of: environments, packaging, testing, linting, farm and demo.",
        process="-",
        may_import=("tools/machine", "tools/demo"),
    ),
    Room(
        name="tools/machine",
        purpose="What the machine must have: Pythons, system libraries and Blenders with a window.",
        process="-",
        may_import=("tools",),
    ),
    Room(
        name="tools/demo",
        purpose="The demo: an animation through the built extension and the local farm.",
        process="-",
        may_import=("tools",),
    ),
)

SHIPPED = tuple(dict.fromkeys(room.top for room in ROOMS if room.ships))
"""The top folders of the zip that Blender installs."""

STRICT = tuple(dict.fromkeys(room.top for room in ROOMS if room.is_strict))
INSIDE_BLENDER = tuple(dict.fromkeys(room.top for room in ROOMS if room.ships and not room.is_strict))
BESIDE = tuple(dict.fromkeys(room.top for room in ROOMS if not room.ships))
"""The top folders of what does not ship."""

SHOWN = tuple(dict.fromkeys(room.top for room in ROOMS if room.ships and room.shows_words))
"""The top folders whose texts are gathered for translation."""


def table() -> str:
    """The rooms as docs/architecture.md has them."""
    rows = [f"| `{room.name}/` | {room.process} | {room.purpose} |" for room in ROOMS]
    return "\n".join(["| Room | Process | What it is for |", "| --- | --- | --- |", *rows])


if __name__ == "__main__":
    print(table())
