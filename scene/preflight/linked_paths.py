# SPDX-License-Identifier: GPL-3.0-or-later
"""Import nodes of geometry nodes whose path nobody can tell before the nodes run."""

from __future__ import annotations

from ..dependencies.kinds.import_nodes import MadePath, import_sources
from .finding import Finding, Severity
from .request import Findings, Request, place_of


def check_linked_paths(_request: Request) -> Findings:
    """Paths that nodes put together. No error: where the result is baked, no node reads them."""
    for source in import_sources():
        if isinstance(source, MadePath):
            tree, node = source
            what = f"“{node.name}” in “{tree.name}” reads a file whose path nodes put together: it is not sent."
            fix = "Write the path into the node, or bake its geometry."
            yield Finding(Severity.WARNING, what, tree.name, fix, place_of(tree, "node_groups"))
        elif source is None:
            yield None
