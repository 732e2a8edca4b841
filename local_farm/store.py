# SPDX-License-Identifier: GPL-3.0-or-later
"""What the farm keeps between runs: uploads, jobs and its identity, in one SQLite file in its home.

Whatever changes is written before its answer goes out, so that a farm that is killed goes on where it was.
"""

import json
import secrets
import sqlite3
import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import TypeAdapter

from .jobs import Job, Output, Upload

NAME = "farm.sqlite"
APPLICATION = 0x524A4C46
"""What SQLite calls `application_id`: "RJLF", by which a file of another program is told."""
VERSION = 1
TABLES = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE upload (
    slug TEXT PRIMARY KEY, file_name TEXT NOT NULL, file_type TEXT NOT NULL, size INTEGER, is_used INTEGER NOT NULL
);
CREATE TABLE job (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, slug TEXT NOT NULL REFERENCES upload, state TEXT NOT NULL
);
CREATE TABLE frame (job TEXT NOT NULL REFERENCES job (id), frame INTEGER NOT NULL, PRIMARY KEY (job, frame));
CREATE TABLE output (
    job TEXT NOT NULL REFERENCES job (id), kind TEXT NOT NULL, place TEXT NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (job, kind, place)
);
"""
ROWS = ("upload", "folder", "frames_done", "frames", "node_files")
"""The fields of a job that have tables of their own, or are known from where it is."""

_JOB, _OUTPUT = TypeAdapter(Job), TypeAdapter(Output)


class StoreUnusable(Exception):
    """The store cannot be used, and was left as it is; the text says why, and what to do."""


@dataclass(frozen=True)
class Identity:
    """What clients know the farm by, the same in every run; `secret` signs its URLs."""

    api_key: str
    workspace_id: str
    user_id: str
    secret: str


class Store:
    """The SQLite file of one home. It belongs to one farm at a time, until that closes it or is killed.

    `uploads` by slug and `jobs` by id are all that earlier runs have left, oldest first; `storage_port` is the one of
    the last run, 0 before the first.
    """

    def __init__(self, home: Path, connection: sqlite3.Connection) -> None:
        self.home = home
        self._connection = connection
        self._settings: dict[str, str] = {}
        self.storage_port = 0
        self.uploads: dict[str, Upload] = {}
        self.jobs: dict[str, Job] = {}

    @classmethod
    def open(cls, home: Path) -> Self:
        """Open the home's store, or make one where there is none.

        Raises StoreUnusable when it is damaged, of another program or a newer farm, or in use.
        """
        home = home.resolve()
        for name in ("uploads", "jobs"):
            (home / name).mkdir(parents=True, exist_ok=True)
        path = home / NAME
        if not path.exists():
            _make(path)
        try:
            store = cls(home, _open(path))
            store._load()
        except (sqlite3.DatabaseError, ValueError, KeyError, TypeError) as error:
            if getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise StoreUnusable(
                    f"Another farm uses {home}. End that one first, or choose another folder with --home."
                ) from error
            raise StoreUnusable(
                f"{path} is damaged and was left as it is ({error}). "
                "Put a copy of it back, or move it away to begin anew; or choose another folder with --home."
            ) from error
        return store

    def close(self) -> None:
        """Let another farm have it."""
        self._connection.close()

    def identity(self, api_key: str | None, default_key: str) -> Identity:
        """Give the identity, made in the first run; an `api_key` that is given replaces the one that is kept."""
        if api_key:
            self.keep_setting("api_key", api_key)
        return Identity(
            api_key=self._setting("api_key", lambda: default_key),
            workspace_id=self._setting("workspace_id", lambda: str(uuid.uuid4())),
            user_id=self._setting("user_id", lambda: str(uuid.uuid4())),
            secret=self._setting("secret", lambda: secrets.token_hex(32)),
        )

    def keep_setting(self, name: str, value: str) -> None:
        """Write a setting down."""
        with self._connection:
            self._connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))
        self._settings[name] = value

    def keep_upload(self, upload: Upload) -> None:
        """Write an upload down as it is now."""
        with self._connection:
            self._keep_upload(upload)

    def keep_job(self, job: Job) -> None:
        """Write a job down as it is now, but for its frames."""
        with self._connection:
            self._keep_upload(job.upload)
            self._keep_state(job)

    def keep_frame(self, job: Job, frame: int) -> None:
        """Write a job down with one more frame and its outputs."""
        with self._connection:
            self._keep_state(job)
            self._connection.execute("INSERT OR IGNORE INTO frame VALUES (?, ?)", (job.id, frame))
            rows = (
                (job.id, kind, place, json.dumps(asdict(output)))
                for kind, known in (("frames", job.frames), ("nodes", job.node_files))
                for place, output in known.items()
                if output.frame == frame
            )
            self._connection.executemany("INSERT OR REPLACE INTO output VALUES (?, ?, ?, ?)", rows)

    def _load(self) -> None:
        self._settings = dict(self._rows("SELECT name, value FROM setting"))
        self.storage_port = int(self._settings.get("storage_port", "0"))
        for row in self._rows("SELECT slug, file_name, file_type, size, is_used FROM upload ORDER BY rowid"):
            self.uploads[row[0]] = self._upload(*row)
        for job_id, slug, state in self._rows("SELECT id, slug, state FROM job ORDER BY number"):
            self.jobs[job_id] = self._job(job_id, self.uploads[slug], json.loads(state))
        for job_id, frame in self._rows("SELECT job, frame FROM frame"):
            self.jobs[job_id].frames_done.add(frame)
        for job_id, kind, place, state in self._rows("SELECT job, kind, place, state FROM output ORDER BY rowid"):
            job = self.jobs[job_id]
            {"frames": job.frames, "nodes": job.node_files}[kind][place] = _OUTPUT.validate_json(state)

    def _upload(self, slug: str, file_name: str, file_type: str, size: int | None, is_used: int) -> Upload:
        path = self.home / "uploads" / f"{slug}.{file_type}"
        return Upload(slug, file_name, file_type, path, size, bool(is_used))

    def _job(self, job_id: str, upload: Upload, state: dict[str, Any]) -> Job:
        return _JOB.validate_python({**state, "upload": upload, "folder": self.home / "jobs" / job_id})

    def _keep_upload(self, upload: Upload) -> None:
        row = (upload.slug, upload.file_name, upload.file_type, upload.size, upload.is_used)
        sentence = "INSERT INTO upload VALUES (?, ?, ?, ?, ?)"
        sentence += " ON CONFLICT (slug) DO UPDATE SET size = excluded.size, is_used = excluded.is_used"
        self._connection.execute(sentence, row)

    def _keep_state(self, job: Job) -> None:
        state = _JOB.dump_json(job, exclude=set(ROWS)).decode()
        sentence = "INSERT INTO job (id, slug, state) VALUES (?, ?, ?)"
        sentence += " ON CONFLICT (id) DO UPDATE SET state = excluded.state"
        self._connection.execute(sentence, (job.id, job.upload.slug, state))

    def _setting(self, name: str, make: Callable[[], str]) -> str:
        if name not in self._settings:
            self.keep_setting(name, make())
        return self._settings[name]

    def _rows(self, sentence: str) -> Iterable[Any]:
        return self._connection.execute(sentence)


def _make(path: Path) -> None:
    """Make an empty store, in one step: a farm that is killed here leaves none."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)  # the key is in it
    connection = sqlite3.connect(part)
    connection.executescript(
        f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; BEGIN; {TABLES} COMMIT;"
    )
    connection.close()
    part.replace(path)


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        # Taken before anything is written, so that a file of another program stays as it is.
        connection.execute("BEGIN EXCLUSIVE")
        (application,), (version,) = (
            connection.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
        )
        if application != APPLICATION:
            raise sqlite3.DatabaseError("it was not made by a local farm")
        if version > VERSION:
            raise StoreUnusable(
                f"{path} was written by a newer local farm. Run that one, or choose another folder with --home."
            )
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        connection.rollback()
        connection.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        connection.close()
        raise
    return connection
