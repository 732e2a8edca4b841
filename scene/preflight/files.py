# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are missing, or that no package can carry."""

from __future__ import annotations

import os

import bpy

from ...messages.message import Message, sentences
from ..dependencies.dependency import Dependency, DependencyKind
from ..dependencies.scan import Dependencies
from .checked_scene import CheckedScene, Findings
from .finding import Finding, Remedy, Severity, finding_about_path
from .lost_bakes import BAKED_KINDS, way_back

PERHAPS_NEEDLESS = Message("The rendered frames may do without it.")
SENT_WITHOUT = Message("The scene is sent without it.")
PATHS_A_STEP = 50
"""Paths that are told in a fraction of a millisecond."""


def check_files(checked: CheckedScene) -> Findings:
    """What the scan found missing and what it refused."""
    dependencies = checked.dependencies
    without_folder: set[str] = set()
    for index, dependency in enumerate(dependencies.missing):
        if index % PATHS_A_STEP == 0:
            yield None
        if _leads_nowhere(dependency):
            without_folder.add(os.path.normpath(dependency.written.removeprefix("//")))
            what = Message(
                "{} has a path relative to the file, which was never saved: {}.", _named(dependency), dependency.written
            )
            fix = Message("Save the file, and choose the path again.")
            yield finding_about_path(dependency, severity=Severity.ERROR, what=what, fix=fix)
        else:
            yield _missing(checked, dependency)
    for index, (dependency, reason) in enumerate(dependencies.refused):
        if index % PATHS_A_STEP == 0:
            yield None
        # Blender's own list of paths has these, too, as plain files
        if dependency.kind is not DependencyKind.FILE or dependency.path not in without_folder:
            what = Message("{} cannot be sent: {} ({}).", _named(dependency), reason, dependency.written)
            yield finding_of_lack(checked, dependency, what, _way_out(dependency))


def note_of_lack(dependencies: Dependencies) -> Message | None:
    """What a job was sent without, for its notes. None when nothing is lacking."""
    paths = dependencies.lacking
    if not paths:
        return None
    if len(paths) == 1:
        return Message("Sent without the file {}.", paths[0])
    return Message("Sent without {} files, such as {}.", len(paths), paths[0])


def _missing(checked: CheckedScene, dependency: Dependency) -> Finding:
    path, count = dependency.missing[0], len(dependency.missing)
    what = Message("{} is missing: there is no file {}.", _named(dependency), path)
    if count == 1 and os.path.isdir(path):  # noqa: PTH112
        what = Message("{} leads to a folder in place of a file: {}.", _named(dependency), path)
        return finding_of_lack(checked, dependency, what, Message("Choose its file again, or remove its use."))
    if count > 1:
        what = Message("{} is missing {} files, such as {}.", _named(dependency), count, path)
    fix, remedy = Message("Find it with File > External Data > Find Missing Files."), None
    if dependency.kind in BAKED_KINDS:
        fix = way_back(dependency)
    elif dependency.files:
        # Blender looks for the first file of a sequence only, and takes all others to be beside it
        fix = Message("Put what is missing beside the files that are there.")
    elif dependency.library:
        fix = Message("Open “{}”, and use File > External Data > Find Missing Files there.", dependency.library)
    else:
        remedy = Remedy.FIND_FILES
    return finding_of_lack(checked, dependency, what, fix, remedy)


def finding_of_lack(
    checked: CheckedScene, dependency: Dependency, what: Message, fix: Message, remedy: Remedy | None = None
) -> Finding:
    """What cannot travel: an error, unless the artist has agreed to do without it or the rendered frames may do so."""
    severity, alternative = Severity.ERROR, None
    if not dependency.is_certain:
        severity, what = Severity.WARNING, sentences(what, PERHAPS_NEEDLESS)
    elif checked.sends_without_files:
        severity, what = Severity.WARNING, sentences(what, SENT_WITHOUT)
    elif checked.scene.library is None:
        # what a linked scene keeps is lost with the session
        alternative = Remedy.SEND_WITHOUT_FILES
    return finding_about_path(dependency, severity=severity, what=what, fix=fix, remedy=remedy, alternative=alternative)


def _leads_nowhere(dependency: Dependency) -> bool:
    return not bpy.data.filepath and not dependency.library and dependency.is_relative


def _way_out(dependency: Dependency) -> Message:
    if dependency.kind is DependencyKind.LIBRARY:
        return Message("Make what it brings local, or remove its use.")
    if dependency.kind.is_packable and not dependency.library:
        return Message("Pack it, or remove its use.")
    return Message("Choose it again with a path relative to the file, or remove its use.")


def _named(dependency: Dependency) -> Message:
    return Message("{} “{}”", dependency.kind.label, dependency.name)
