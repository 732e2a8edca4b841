# SPDX-License-Identifier: GPL-3.0-or-later
"""A journal that version 0.1.0 wrote opens with all its entries, and one of a later version is left alone."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from renderjuice.jobs.home import Home
from renderjuice.jobs.journal.errors import JournalError
from renderjuice.jobs.journal.journal import Journal
from renderjuice.jobs.journal.rows import SCHEMA_VERSION
from renderjuice.jobs.records import FailureKind, Setting, Stage
from renderjuice.messages.message import Message

FORMER = Path(__file__).resolve().parents[3] / "support" / "version_0_1_0"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A copy of the former version's journal."""
    path = Home(tmp_path / "home").create().journal
    shutil.copyfile(FORMER / "journal.sqlite", path)
    return path


@pytest.fixture(scope="module")
def former() -> Any:
    """What the former version read in it."""
    return json.loads((FORMER / "journal.json").read_text(encoding="ascii"))


def as_json(value: Any) -> Any:
    """A value as it is written down beside the former version's journal."""
    return json.loads(json.dumps(value, default=str))


def test_all_jobs_come_back_equal(path: Path, former: Any) -> None:
    with Journal(path) as journal:
        jobs = journal.jobs()
    assert [job.id for job in jobs] == list(former["jobs"])
    for job in jobs:
        read = as_json({**dataclasses.asdict(job), "config": job.config.to_json()})
        assert {name: read[name] for name in former["jobs"][job.id]} == former["jobs"][job.id]


def test_everything_else_comes_back_equal(path: Path, former: Any) -> None:
    with Journal(path) as journal:
        for job_id, outputs in former["outputs"].items():
            assert as_json([dataclasses.asdict(output) for output in journal.outputs(job_id).values()]) == outputs
        for name, etag in former["etags"].items():
            assert journal.part_etag("downloading", name) == etag
        assert as_json([dataclasses.asdict(wish) for wish in journal.wishes()]) == former["wishes"]
        assert {name: journal.setting(name) for name in former["settings"]} == former["settings"]
        assert journal.sessions() == former["sessions"]
        assert journal.has_online_access() is former["has_online_access"] is False


def test_every_kind_of_failure_is_known(path: Path) -> None:
    with Journal(path) as journal:
        kinds = {job.failure.kind for job in journal.jobs() if job.failure}
    assert FailureKind.UNKNOWN not in kinds
    assert {FailureKind.UPLOAD_URL_EXPIRED, FailureKind.FRAMES_MISSING, FailureKind.UNEXPECTED} < kinds


def test_texts_of_a_former_version_are_messages_without_values(path: Path) -> None:
    with Journal(path) as journal:
        creating, failed = journal.job("creating"), journal.job("missing")
    assert failed.failure is not None
    for text in (creating.trouble, *creating.notes, failed.failure.message, failed.failure.next_step):
        assert isinstance(text, Message)
        assert (text.template, text.values) == (str(text), ())


def test_what_is_written_into_a_former_journal_keeps_its_template(path: Path) -> None:
    trouble = Message("{} took too long to answer.", "host")
    with Journal(path) as journal:
        journal.update("waiting", trouble=trouble)
        journal.add_note("waiting", trouble)
    with Journal(path) as journal:
        job = journal.job("waiting")
        assert journal.job("rendering").trouble == "Wait."
    assert [(text.template, text.values) for text in (job.trouble, job.notes[-1])] == [
        (trouble.template, ("host",)),
        (trouble.template, ("host",)),
    ]


def test_a_former_journal_is_brought_up_to_date_once(path: Path) -> None:
    with Journal(path), Journal(path), sqlite3.connect(path) as raw:
        assert raw.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        troubles = dict(raw.execute("SELECT id, trouble FROM jobs WHERE trouble != ''").fetchall())
    raw.close()
    assert json.loads(troubles["rendering"]) == "Wait."
    assert len(troubles) == 2


@pytest.mark.parametrize("version", [1, 2])
def test_earlier_versions_still_open(path: Path, former: Any, version: int) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE jobs SET preview = NULL")
        if version == 1:
            raw.execute("ALTER TABLE jobs DROP COLUMN preview")
        raw.execute("ALTER TABLE jobs ADD COLUMN files TEXT NOT NULL DEFAULT '[]'")
        raw.execute(f"PRAGMA user_version = {version}")
    raw.close()
    with Journal(path) as journal:
        assert [job.id for job in journal.jobs()] == list(former["jobs"])
        assert journal.job("creating").trouble == former["jobs"]["creating"]["trouble"]
        assert journal.update("waiting", stage=Stage.CANCELED).stage is Stage.CANCELED
        assert journal.setting(Setting.WORKER) == "4711"


def test_a_journal_of_a_later_version_is_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(JournalError, match=r"written by a newer version of this extension\. Update the extension\."):
        Journal(path)
    assert path.read_bytes() == before
