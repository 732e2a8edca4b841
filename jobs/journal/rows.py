# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal's tables, and how their rows become records and back."""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...api.render_config import RenderConfig
from ...messages.message import NO_MESSAGE, Message, from_json, to_json
from ..records import Failure, FailureKind, JobRecord, OnDisk, OutputRecord, Stage

SCHEMA_VERSION = 6
SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, revision INTEGER NOT NULL, created REAL NOT NULL,
    name TEXT NOT NULL, scene TEXT NOT NULL, blend TEXT NOT NULL, snapshot TEXT NOT NULL,
    frames TEXT NOT NULL, config TEXT NOT NULL, output_dir TEXT NOT NULL, api_url TEXT NOT NULL,
    stage TEXT NOT NULL, package TEXT, slug TEXT, create_intent REAL, remote_id TEXT,
    former_remote_ids TEXT NOT NULL DEFAULT '[]', status TEXT NOT NULL DEFAULT '',
    bytes_done INTEGER NOT NULL DEFAULT 0, bytes_total INTEGER NOT NULL DEFAULT 0,
    frames_rendered INTEGER, frames_listed INTEGER NOT NULL DEFAULT 0, frames_downloaded INTEGER NOT NULL DEFAULT 0,
    final_config TEXT NOT NULL DEFAULT 'null', trouble TEXT NOT NULL DEFAULT '',
    failure TEXT NOT NULL DEFAULT 'null', notes TEXT NOT NULL DEFAULT '[]', preview TEXT,
    done REAL, render_seconds TEXT NOT NULL DEFAULT '{}', trouble_kind TEXT NOT NULL DEFAULT '',
    on_disk TEXT NOT NULL DEFAULT 'null'
);
CREATE UNIQUE INDEX IF NOT EXISTS jobs_by_revision ON jobs (revision);
CREATE TABLE IF NOT EXISTS outputs (
    job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE, name TEXT NOT NULL, path TEXT NOT NULL,
    size INTEGER NOT NULL, modified_ns INTEGER NOT NULL, source TEXT NOT NULL, PRIMARY KEY (job_id, name)
);
CREATE TABLE IF NOT EXISTS parts (
    job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE, name TEXT NOT NULL, etag TEXT NOT NULL,
    PRIMARY KEY (job_id, name)
);
CREATE TABLE IF NOT EXISTS wishes (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, job_id TEXT NOT NULL, argument TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS counter (revision INTEGER NOT NULL);
INSERT INTO counter SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM counter);
CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, pid INTEGER NOT NULL, is_online INTEGER);
"""
ADDED_COLUMNS = {
    "preview": "TEXT",
    "done": "REAL",
    "render_seconds": "TEXT NOT NULL DEFAULT '{}'",
    "trouble_kind": "TEXT NOT NULL DEFAULT ''",
    "on_disk": "TEXT NOT NULL DEFAULT 'null'",
}
"""Columns of `jobs` that the first version of the table lacks."""
DROPPED_COLUMNS = frozenset({"files"})
"""Columns of `jobs` that only earlier versions of the table have: the files are in the manifest since then."""
TROUBLE_AS_JSON = 4
"""The first version that keeps `trouble` as JSON, with a message's template and values."""
DONE_NOTED = 5
"""The first version that notes when a job was done."""
JSON_COLUMNS = frozenset(
    {
        "frames",
        "config",
        "former_remote_ids",
        "final_config",
        "failure",
        "notes",
        "trouble",
        "render_seconds",
        "on_disk",
    }
)


def update_tables(connection: sqlite3.Connection, version: int) -> None:
    """Make the tables, or bring those of an earlier version up to date. To be called within a transaction."""
    for statement in SCHEMA.split(";"):
        connection.execute(statement)
    present = {row["name"] for row in connection.execute("PRAGMA table_info(jobs)")}
    _change_columns(connection, present)
    if version < TROUBLE_AS_JSON:
        for row in connection.execute("SELECT id, trouble FROM jobs WHERE trouble != ''").fetchall():
            connection.execute("UPDATE jobs SET trouble = ? WHERE id = ?", (json.dumps(row["trouble"]), row["id"]))
    if version < DONE_NOTED:
        connection.execute("UPDATE jobs SET done = 0 WHERE stage = 'done'")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _change_columns(connection: sqlite3.Connection, present: Collection[str]) -> None:
    for name, kind in ADDED_COLUMNS.items():
        if name not in present:
            connection.execute(f"ALTER TABLE jobs ADD COLUMN {name} {kind}")
    for name in DROPPED_COLUMNS.intersection(present):
        connection.execute(f"ALTER TABLE jobs DROP COLUMN {name}")


def column_of_value(name: str, value: Any) -> Any:
    """The form in which SQLite keeps a value of `JobRecord`."""
    if name in JSON_COLUMNS:
        return json.dumps(_json_of_value(name, value), default=str)
    return str(value) if isinstance(value, Path) else value


def _json_of_value(name: str, value: Any) -> Any:
    if isinstance(value, RenderConfig):
        return value.to_json()
    if isinstance(value, Failure):
        return {
            "kind": value.kind,
            "message": to_json(value.message),
            "next_step": to_json(value.next_step),
            "detail": value.detail,
            "stage": value.stage,
        }
    if isinstance(value, OnDisk):
        return asdict(value)
    if name == "notes":
        return [to_json(note) for note in value]
    return to_json(value) if name == "trouble" else value


NOT_OURS = (ValueError, LookupError, TypeError, AttributeError)
"""What reading raises where a row holds something that this version does not understand."""


def job_of_row(row: sqlite3.Row) -> JobRecord:
    """A job as the table has it. Raises one of `NOT_OURS` for a row that nobody here wrote."""
    values: dict[str, Any] = dict(zip(row.keys(), row, strict=True))
    values |= {
        "blend": _path(values["blend"]),
        "snapshot": _path(values["snapshot"]),
        "frames": _list(values["frames"]),
        "config": _config(values["config"]),
        "output_dir": _path(values["output_dir"]),
        "stage": Stage(values["stage"]),
        "package": _path(values["package"]) if values["package"] else None,
        "former_remote_ids": _list(values["former_remote_ids"]),
        "final_config": _value(values["final_config"]),
        "trouble": _message(values["trouble"]),
        "notes": _messages(values["notes"]),
        "preview": _path(values["preview"]) if values["preview"] else None,
        "failure": _failure(values["failure"]),
        "render_seconds": _value(values["render_seconds"]),
        "trouble_kind": FailureKind(values["trouble_kind"]),
        "on_disk": _on_disk(values["on_disk"]),
    }
    return JobRecord(**values)


# Blender reads a job again with each step of its progress, while its long columns stay the same: they are kept decoded.
_kept = functools.lru_cache(4096)
_path = _kept(Path)
_value = _kept(json.loads)


@_kept
def _list(text: str) -> tuple[Any, ...]:
    return tuple(json.loads(text))


@_kept
def _config(text: str) -> RenderConfig:
    return RenderConfig.from_json(json.loads(text))


@_kept
def _failure(text: str) -> Failure | None:
    failure = json.loads(text)
    if not failure:
        return None
    return Failure(
        kind=FailureKind(failure["kind"]),
        message=from_json(failure["message"]),
        next_step=from_json(failure.get("next_step", "")),
        detail=failure.get("detail", ""),
        stage=Stage(failure["stage"]),
    )


@_kept
def _on_disk(text: str) -> OnDisk | None:
    found = json.loads(text)
    return OnDisk(int(found["frames"]), bool(found["can_go_on"])) if found else None


@_kept
def _message(text: str) -> Message:
    if not text:
        return NO_MESSAGE
    try:
        return from_json(json.loads(text))
    except ValueError:
        # a worker of version 0.1.0 that still runs writes plain text
        return from_json(text)


@_kept
def _messages(text: str) -> tuple[Message, ...]:
    return tuple(map(from_json, json.loads(text)))


def output_of_row(row: sqlite3.Row) -> OutputRecord:
    """A file that a job wrote, as the table has it."""
    return OutputRecord(row["job_id"], row["name"], Path(row["path"]), row["size"], row["modified_ns"], row["source"])
