# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal as a file: opening it, reading, writing as one, and SQLite's errors as sentences."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ...messages.message import Message
from .errors import JournalBusy, JournalError, JournalLost
from .rows import SCHEMA_VERSION, update_tables

logger = logging.getLogger(__name__)

OPENING_PAUSE = 0.02
"""Seconds between two tries to open a journal that another process is just making."""
PATIENCE = 5.0
"""Seconds to wait for another process that holds the journal, where nobody watches."""
SHORT_PATIENCE = 0.05
"""The same where a window stands still meanwhile. In a WAL journal a reader usually waits for nobody."""
FILE_INTERVAL = 1.0
"""Seconds between two looks at the file itself (2 µs each) while it is only read."""


class Database:
    """One connection to a journal file, shared by the threads of this process.

    A write waits `patience` seconds, and a read `read_patience` seconds, for another process that holds the file.
    Some systems let an open file be deleted, and SQLite would go on with it unseen: so this looks whether the file is
    still there. When it is not, and after an error, a database that `renews` opens the file anew and counts that in
    `generation`. Any other one raises `JournalLost` from then on.
    """

    def __init__(
        self, path: Path, *, patience: float = PATIENCE, read_patience: float | None = None, renews: bool = False
    ) -> None:
        self.path = path
        self.generation = 0
        self._lock = threading.RLock()
        self._writes = 0
        self._patience = patience
        self._read_patience = patience if read_patience is None else read_patience
        self._renews = renews
        self._is_doubtful = False
        self._is_closed = False
        self._is_open = False
        self._is_writing = False
        self._next_look = time.monotonic() + FILE_INTERVAL
        self._connection = self._open(patience)

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._is_closed = True
            self._connection.close()

    def data_version(self) -> int:
        """A number that differs once *another* connection has written anything."""
        return int(self.read("PRAGMA data_version")[0][0])

    def version(self) -> tuple[int, int]:
        """A pair that differs once anybody has written anything, this connection included."""
        return self.data_version(), self._writes

    @contextmanager
    def hasty(self) -> Iterator[None]:
        """Writes in here wait no longer than reads do."""
        patience, self._patience = self._patience, self._read_patience
        try:
            yield
        finally:
            self._patience = patience

    def stay(self) -> None:
        """From now on, do not open the file anew: a Blender that leaves has nothing to write into a new one."""
        self._renews = False

    def read(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """The rows that a query finds. Raises `JournalError`."""
        with self._lock, self._explained():
            if not self._is_writing and (self._is_doubtful or time.monotonic() >= self._next_look):
                self._look_at_file(self._read_patience)
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection, for several reads and writes as one: all of them happen, or none. Raises `JournalError`."""
        with self._lock, self._explained():
            if self._is_writing:
                yield self._connection
                return
            self._look_at_file(self._patience)
            connection = self._connection
            self._begin(connection)
            self._is_writing = True
            try:
                yield connection
                connection.execute("COMMIT")
                self._writes += 1
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise
            finally:
                self._is_writing = False

    def _begin(self, connection: sqlite3.Connection) -> None:
        """Begin a write, with the patience that a write has."""
        if self._patience == self._read_patience:
            connection.execute("BEGIN IMMEDIATE")
            return
        _wait_at_most(connection, self._patience)
        try:
            connection.execute("BEGIN IMMEDIATE")
        finally:
            _wait_at_most(connection, self._read_patience)

    # -- the file ----------------------------------------------------------------------------------------------------

    def _open(self, patience: float) -> sqlite3.Connection:
        with self._explained():
            connection = _connect(self.path, patience)
            _wait_at_most(connection, self._read_patience)
            (self._page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
        self._file, self._size = _identity(self.path)
        self._beside = {file: _identity(file)[0] for file in _files_beside(self.path)}
        self._is_doubtful, self._is_open = False, True
        return connection

    def _look_at_file(self, patience: float) -> None:
        """See whether the file is still the one that was opened, and open it anew if it is not."""
        self._next_look = time.monotonic() + FILE_INTERVAL
        file, size = _identity(self.path)
        # a journal grows by whole pages and never shrinks; what is written over it hardly ever does so
        is_lost = file != self._file or size < self._size or (size - self._size) % self._page_bytes != 0
        self._is_doubtful |= is_lost
        if not is_lost:
            self._size = size
        if self._is_closed or not self._is_doubtful:
            return
        if self._renews:
            self._is_open = False
            self._connection.close()
            if file != self._file:
                self._clear_beside()
            self._connection = self._open(patience)
            self.generation += 1
            logger.warning("the list of jobs was opened anew")
        elif is_lost or not self._is_open:
            raise JournalLost()

    def _clear_beside(self) -> None:
        """Remove the files beside the journal that belong to the old one: SQLite would take them for the new one's."""
        for path, file in self._beside.items():
            if file is not None and _identity(path)[0] == file:
                with suppress(OSError):
                    path.unlink()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn SQLite's errors into sentences. After one that does not pass by waiting, the file is in doubt."""
        try:
            yield
        except sqlite3.OperationalError as error:
            if _is_busy(error):
                message = Message("The list of jobs is held by another program. Try again in a moment.")
                raise JournalBusy(message) from error
            self._is_doubtful = True
            raise JournalError(Message("The list of jobs cannot be read or written ({}).", error)) from error
        except sqlite3.DatabaseError as error:
            if type(error) is not sqlite3.DatabaseError:
                raise
            self._is_doubtful = True
            raise JournalError(
                Message("The list of jobs is broken ({}). Move {} away to begin a new one.", error, self.path)
            ) from error


def _connect(path: Path, patience: float) -> sqlite3.Connection:
    """Open the file and see to its tables. Raises `JournalError` and SQLite's errors."""
    if os.name == "posix":
        _create(path)
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


def _create(path: Path) -> None:
    """Make the file, if there is none, readable by its owner only from its first byte on, as SQLite's files beside it.

    Files beside a journal that was deleted belong to a process that still has that journal open.
    """
    orphans = [file for file in _files_beside(path) if file.exists()]
    with suppress(OSError):
        path.parent.mkdir(0o700, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        for orphan in orphans:
            orphan.unlink()


def _files_beside(path: Path) -> tuple[Path, ...]:
    """Where SQLite keeps what is not in the journal itself yet."""
    return tuple(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))


def _prepare(connection: sqlite3.Connection) -> None:
    """See to the tables. A journal of a newer version is left alone. Raises `JournalError` and SQLite's errors."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA_VERSION:
        raise JournalError(
            Message("The list of jobs was written by a newer version of this extension. Update the extension.")
        )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    if version < SCHEMA_VERSION:
        connection.execute("BEGIN IMMEDIATE")
        try:
            # another process may have done it since the first look
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version < SCHEMA_VERSION:
                update_tables(connection, version)
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise


def _wait_at_most(connection: sqlite3.Connection, seconds: float) -> None:
    connection.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")


def _identity(path: Path) -> tuple[tuple[int, int] | None, int]:
    """What tells a file from another one of the same name, and its size in bytes. None means that there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None, 0
    return (status.st_dev, status.st_ino), status.st_size


def _is_busy(error: sqlite3.Error) -> bool:
    return "locked" in str(error) or "busy" in str(error)
