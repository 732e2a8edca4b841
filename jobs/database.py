# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal as a file: opening it, reading, writing as one, and SQLite's errors as sentences."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from .rows import SCHEMA, SCHEMA_VERSION

OPENING_PAUSE = 0.02
"""Seconds between two tries to open a journal that another process is just making."""


class JournalError(Exception):
    """The journal cannot be read or written; the text says so to the artist."""


class JournalBusy(JournalError):
    """Another process held the journal for too long; the same may succeed in a moment."""


class Database:
    """One connection to a journal file, shared by the threads of this process."""

    def __init__(self, path: Path, *, patience: float = 5.0) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._writes = 0
        with _explained():
            self._connection = _connect(path, patience)

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def data_version(self) -> int:
        """A number that differs once *another* connection has written anything."""
        return int(self._read("PRAGMA data_version")[0][0])

    def version(self) -> tuple[int, int]:
        """A pair that differs once anybody has written anything, this connection included."""
        return self.data_version(), self._writes

    def _read(self, query: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock, _explained():
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _explained():
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
                self._writes += 1
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def together(self) -> Iterator[None]:
        """Several reads and writes as one: all of them happen, or none."""
        with self._transaction():
            yield


def _connect(path: Path, patience: float) -> sqlite3.Connection:
    """Open the file and see to its tables. Raises `JournalError` and SQLite's errors."""
    if os.name == "posix":
        with suppress(OSError):
            # readable by its owner only from its first byte on; SQLite gives the files beside it the same mode
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    deadline = time.monotonic() + patience
    try:
        while True:
            try:
                _prepare(connection)
            except sqlite3.OperationalError as error:
                # SQLite does not wait by itself while another process makes the file a WAL journal
                if not _is_busy(error) or time.monotonic() >= deadline:
                    raise
                time.sleep(OPENING_PAUSE)
            else:
                return connection
    except BaseException:
        connection.close()
        raise


def _prepare(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA_VERSION:
        raise JournalError("The list of jobs was written by a newer version of this extension. Update the extension.")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    if version < SCHEMA_VERSION:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")


def _is_busy(error: sqlite3.Error) -> bool:
    return "locked" in str(error) or "busy" in str(error)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn SQLite's errors into sentences."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if _is_busy(error):
            raise JournalBusy("The list of jobs is held by another program. Try again in a moment.") from error
        raise JournalError(f"The list of jobs cannot be read or written ({error}).") from error
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:
            raise
        raise JournalError(
            f"The list of jobs is broken ({error}). Move the journal away to begin a new one."
        ) from error
