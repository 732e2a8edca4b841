# SPDX-License-Identifier: GPL-3.0-or-later
"""Import nodes of geometry nodes whose path is known only when the nodes run."""

from __future__ import annotations

from ...messages.message import Message
from ..dependencies.kinds.import_nodes import MadePath, import_sources
from .checked_scene import CheckedScene, Findings
from .finding import Severity, finding_about


def check_linked_paths(_checked: CheckedScene) -> Findings:
    """Paths that nodes put together. Warnings only: where the result is baked, no node reads them."""
    for source in import_sources():
        if isinstance(source, MadePath):
            tree, node = source
            what = Message(
                "“{}” in “{}” reads a file whose path nodes put together: it is not sent.", node.name, tree.name
            )
            fix = Message("Write the path into the node, or bake its geometry.")
            yield finding_about(tree, "node_groups", severity=Severity.WARNING, what=what, fix=fix)
        elif source is None:
            yield None
