# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of jobs: its rows, what they say, what has ended, and taking jobs out of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.support.waiting import until


@pytest.fixture
def done_job(project: Path, jobs: ModuleType) -> Any:
    """A job of the open file that is done."""
    bpy.ops.renderjuice.submit(frames="1", output_dir=str(project / "farm"), wait=True)
    jobs.look()
    return jobs.session().journal.jobs()[0]


@pytest.fixture
def some_job(jobs: ModuleType, request: pytest.FixtureRequest) -> Any:
    """Any job that is done, without what depends on when somebody looked at it; made when there is none."""
    done = [job for job in jobs.session().journal.jobs() if job.stage == "done"]
    job = done[0] if done else request.getfixturevalue("done_job")
    return replace(job, frames_rendered=None, on_disk=None)


def submit_something_long(project: Path) -> None:
    bpy.ops.renderjuice.submit(
        frames="1-500", output_dir=str(project / "long"), sample_count=500, resolution=(200, 100)
    )


def rows() -> list[str]:
    return [row.name for row in bpy.context.window_manager.renderjuice.rows]


def after_the_look(jobs: ModuleType, job_id: str) -> Any:
    """A job after the worker has looked what is left of it, which it was asked for when the job was chosen."""
    until(lambda: not jobs.session().journal.wishes(), "the worker has looked")
    jobs.look()
    return jobs.find(job_id)


def test_a_submitted_job_is_in_the_list_at_once_and_chosen(
    project: Path, jobs: ModuleType, load: Callable[[str], ModuleType], wait_for: Callable[..., Any]
) -> None:
    bpy.ops.renderjuice.submit(frames="1", output_dir=str(project / "farm"))
    newest = jobs.session().journal.jobs()[0]
    assert rows()[0] == newest.id
    assert load("properties.job_list").chosen_id(bpy.context) == newest.id
    wait_for(newest)


def test_a_new_job_is_chosen_although_an_older_one_was(
    done_job: Any,
    jobs: ModuleType,
    load: Callable[[str], ModuleType],
    project: Path,
    wait_for: Callable[..., Any],
) -> None:
    bpy.ops.renderjuice.submit(frames="2", output_dir=str(project / "farm 2"), wait=True)
    listed = bpy.context.window_manager.renderjuice
    listed.active = rows().index(done_job.id)
    assert listed.active > 0
    bpy.ops.renderjuice.submit(frames="3", output_dir=str(project / "farm 3"))
    newest = jobs.session().journal.jobs()[0]
    assert load("properties.job_list").chosen_id(bpy.context) == newest.id
    wait_for(newest)


def test_online_access_that_is_taken_back_is_told_by_the_next_tick(
    project: Path, jobs: ModuleType, load: Callable[[str], ModuleType]
) -> None:
    """A worker is still there then, and must not make another request."""
    session, timer = jobs.session(), load("live.timer")
    assert session.journal.has_online_access()
    bpy.context.preferences.system.use_online_access = False
    timer.tick()
    assert not session.journal.has_online_access()
    bpy.context.preferences.system.use_online_access = True
    timer.tick()
    assert session.journal.has_online_access()


def test_the_chosen_job_stays_chosen_and_survives_another_file(
    done_job: Any,
    jobs: ModuleType,
    load: Callable[[str], ModuleType],
    project: Path,
    wait_for: Callable[..., Any],
) -> None:
    bpy.ops.renderjuice.submit(frames="2", output_dir=str(project / "farm 2"), wait=True)
    listed = bpy.context.window_manager.renderjuice
    listed.active = rows().index(done_job.id)
    before = rows()
    bpy.ops.wm.read_homefile(use_factory_startup=False)
    # what the handler does in a window
    jobs.show_rows()
    assert rows() == before
    bpy.ops.renderjuice.remove(job=before[0])
    assert rows() == before[1:]


def test_removing_a_job_leaves_its_frames(done_job: Any, jobs: ModuleType, project: Path) -> None:
    frame = project / "farm" / "0001.png"
    assert frame.is_file()
    assert bpy.ops.renderjuice.remove(job=done_job.id) == {"FINISHED"}
    assert frame.is_file()
    assert jobs.find(done_job.id) is None
    assert done_job.id not in rows()
    # another Blender may have been faster
    assert bpy.ops.renderjuice.remove(job=done_job.id) == {"FINISHED"}


def test_a_job_that_is_going_on_is_not_removed(project: Path, jobs: ModuleType) -> None:
    submit_something_long(project)
    job = jobs.session().journal.jobs()[0]
    with pytest.raises(RuntimeError, match="Cancel"):
        bpy.ops.renderjuice.remove(job=job.id)
    assert jobs.find(job.id) is not None
    bpy.ops.renderjuice.cancel(job=job.id, wait=True)


@pytest.mark.parametrize(
    ("given", "chosen", "expected"),
    [("", "", "second"), ("", "second", "second"), ("third", "second", "third"), ("", "gone", "second")],
)
def test_which_job_is_meant(
    some_job: Any, load: Callable[[str], ModuleType], given: str, chosen: str, expected: str
) -> None:
    operators = load("operators.jobs")

    class Cancel(operators.JobOperator):
        job = given

        def objection(self, job: Any) -> str:
            return "no" if job.id == "first" else ""

    listed = tuple(replace(some_job, id=name) for name in ("first", "second", "third"))
    assert Cancel().choose(listed, chosen).id == expected
    if not given:
        with pytest.raises(ValueError, match="no"):
            Cancel().choose(listed, "first")


def test_the_end_of_a_job_is_news_until_it_is_dismissed(
    project: Path, jobs: ModuleType, load: Callable[[str], ModuleType], wait_for: Callable[..., Any]
) -> None:
    notices = load("live.notices")
    bpy.ops.renderjuice.submit(frames="1", output_dir=str(project / "farm"))
    job = jobs.session().journal.jobs()[0]
    jobs.look()
    assert job.id not in notices.unseen()
    wait_for(job)
    jobs.look()
    assert job.id in notices.unseen()
    assert bpy.ops.renderjuice.dismiss_notice(job=job.id) == {"FINISHED"}
    assert job.id not in notices.unseen()


def test_what_had_ended_before_is_no_news(some_job: Any, load: Callable[[str], ModuleType]) -> None:
    notices = load("live.notices")
    notices.dismiss()
    notices.take_in(None, some_job)
    notices.take_in(some_job, replace(some_job, revision=some_job.revision + 1))
    assert notices.unseen() == ()


def test_the_list_shows_this_file_s_jobs_or_all_and_searches_names(
    some_job: Any, load: Callable[[str], ModuleType]
) -> None:
    shown_jobs = load("panels.jobs").shown_jobs
    here = str(some_job.blend)
    listed = [some_job, replace(some_job, id="b", name="Straße", blend=Path("/else/where.blend")), None]
    assert shown_jobs(listed, here, True, "") == [True, True, False]
    assert shown_jobs(listed, here, False, "") == [True, False, False]
    assert shown_jobs(listed, "", False, "") == [False, False, False]
    assert shown_jobs(listed, here, True, "STRASSE") == [False, True, False]


AWAY = {"trouble": "127.0.0.1 cannot be reached.", "trouble_kind": "unreachable"}


@pytest.mark.parametrize(
    ("stage", "changes", "words"),
    [
        ("uploading", {"bytes_done": 512_000_000, "bytes_total": 1_000_000_000}, "Uploading · 51%"),
        ("uploading", {"bytes_done": 512_000_000, "bytes_total": 1_000_000_000, **AWAY}, "Waiting for a Connection"),
        ("rendering", {"status": "booting", "frames_downloaded": 0}, "Waiting for Computers"),
        ("rendering", {"frames_rendered": 1, "frames_downloaded": 0}, "Rendering · 1 / 3"),
        ("rendering", {"frames_rendered": 0, "frames_downloaded": 1}, "Rendering · 1 / 3"),
        ("rendering", {"frames_rendered": 0, "frames_downloaded": 0}, "Rendering · 0 / 3"),
        ("rendering", {"frames_rendered": 2, **AWAY}, "No connection, trying again · 2 of 3"),
        ("rendering", {"status": "teleporting" * 20}, ("teleporting" * 20)[:40] + " · 1 / 3"),
        ("downloading", {}, "Downloading · 1 / 3"),
        ("downloading", {**AWAY, "trouble_kind": "disk_full"}, "Downloading · 1 / 3"),
        ("done", {"frames_downloaded": 3}, "Done · 3 frames"),
        ("done", {"frames": (1,)}, "Done · 1 frame"),
        ("done", {}, "Done · 1 of 3 here"),
        ("done", {"frames": (1,), "frames_downloaded": 0}, "Done · its frame is not here"),
        ("canceled", {}, "Canceled · 1 of 3 here"),
        ("failed", {"frames_downloaded": 0, **AWAY}, "Failed"),
    ],
)
def test_a_job_in_words(
    some_job: Any, load: Callable[[str], ModuleType], stage: str, changes: dict[str, Any], words: str
) -> None:
    records = load("jobs.records")
    columns = {"status": "rendering", "frames_downloaded": 1, "frames": (1, 2, 3), **changes}
    columns["trouble_kind"] = records.FailureKind(columns.get("trouble_kind", ""))
    config = replace(some_job.config, frame_ranges=None)
    job = replace(some_job, stage=records.Stage(stage), id="new", config=config, **columns)
    assert load("panels.job_words").progress_words(job) == words


def test_the_frames_of_an_earlier_order_count_when_the_rest_is_rendered(
    some_job: Any, load: Callable[[str], ModuleType]
) -> None:
    """A retry orders frames 3 and 4: the bar begins with what is here, and not at nothing."""
    stages, words = load("jobs.records").Stage, load("panels.job_words")
    config = replace(some_job.config, frame_ranges=("3-4",))
    columns = {"id": "new", "config": config, "frames": (1, 2, 3, 4), "frames_downloaded": 2, "status": "rendering"}
    for stage in (stages.CREATING, stages.VALIDATING, stages.STARTING, stages.RENDERING):
        assert words.bar_fraction(replace(some_job, stage=stage, frames_rendered=None, **columns)) == 0.5
    rendering = replace(some_job, stage=stages.RENDERING, frames_rendered=1, **columns)
    assert words.bar_fraction(rendering) == 0.75
    assert words.progress_words(rendering) == "Rendering · 3 / 4"


def test_rows_tell_jobs_apart(some_job: Any, load: Callable[[str], ModuleType]) -> None:
    """This file's by their frames, and by what differs where those are the same; others by their file's name, too."""
    titles = load("panels.job_rows")
    here = str(some_job.blend)

    def job(name: str, frames: tuple[int, ...] = (1, 2, 3), **changes: Any) -> Any:
        config = {key: changes.pop(key) for key in ("sample_count", "resolution") if key in changes}
        return replace(
            some_job, id=name, frames=frames, created=0.0, config=replace(some_job.config, **config), **changes
        )

    def told(*jobs: Any) -> list[str]:
        found = titles.telling_of(jobs, here)
        return [" · ".join(filter(None, words(each, *found[each.id]))) for each in jobs]

    def words(job: Any, name: str, details: Any) -> list[str]:
        return [titles.frames_of(job), name, *(detail.words(job) for detail in details)]

    assert told(job("a"), job("b", (7,))) == ["1-3", "7"]
    assert told(job("a", sample_count=1), job("b", sample_count=64)) == ["1-3 · 1 sample", "1-3 · 64 samples"]
    small, large = job("a", resolution=(960, 540)), job("b", resolution=(1920, 1080))
    assert told(small, large) == ["1-3 · 960 × 540", "1-3 · 1920 × 1080"]
    assert told(job("a", scene="Day"), job("b", scene="Night")) == ["1-3 · Day", "1-3 · Night"]
    first, second = told(job("a"), replace(job("b"), created=100_000.0))
    assert first != second
    other = replace(job("c"), name="shot_020", blend=Path("/else/where.blend"))
    assert told(job("a"), other) == ["1-3", "1-3 · shot_020"]


def test_what_a_job_took_and_used(some_job: Any, load: Callable[[str], ModuleType]) -> None:
    words = load("panels.job_words").history_words
    now = time.time()
    job = replace(some_job, created=now - 185, done=now, render_seconds={"one": 12.0, "two": 12.0})
    assert words(job).endswith(" · 3 min · 0.4 GPU minutes")
    assert time.strftime("%H:%M", time.localtime(job.created)) in words(job)
    assert words(replace(job, done=0.0, render_seconds={})).count("·") == 0


def test_deleted_frames_are_noticed_when_their_job_is_chosen(
    done_job: Any, jobs: ModuleType, load: Callable[[str], ModuleType], project: Path
) -> None:
    operators, listed = load("operators.jobs"), bpy.context.window_manager.renderjuice
    download = operators.RENDERJUICE_OT_download
    listed.active = rows().index(done_job.id)
    job = after_the_look(jobs, done_job.id)
    assert jobs.frames_here(job) == 1
    assert download.shown_objection(job) == "All frames are here."
    (project / "farm" / "0001.png").unlink()
    listed.active = rows().index(done_job.id)
    job = after_the_look(jobs, done_job.id)
    assert jobs.frames_here(job) == 0
    assert download.shown_objection(job) is None
    assert load("panels.job_words").progress_words(job) == "Done · its frame is not here"
    assert bpy.ops.renderjuice.download(job=job.id, wait=True) == {"FINISHED"}
    jobs.look()
    assert jobs.frames_here(after_the_look(jobs, job.id)) == 1


def test_many_jobs_of_earlier_sessions_are_taken_in_a_few_at_a_look(
    done_job: Any, jobs: ModuleType, load: Callable[[str], ModuleType]
) -> None:
    records, at_once = load("jobs.records"), load("jobs.journal.watch").MAX_JOBS_A_LOOK
    names = [field.name for field in fields(records.Submission) if field.name != "job_id"]
    journal, added = jobs.session().journal, [f"one of many {number}" for number in range(3 * at_once)]
    for job_id in added:
        journal.add(records.Submission(job_id, **{name: getattr(done_job, name) for name in names}))
        journal.update(job_id, stage=records.Stage.DONE)
    everybody = {job.id for job in journal.jobs()}
    jobs.close_session()
    jobs.want_earlier_jobs()
    try:
        assert jobs.tick() == jobs.CATCH_UP_INTERVAL
        assert len(jobs.jobs()) == at_once
        while jobs.tick() == jobs.CATCH_UP_INTERVAL:
            assert len(jobs.jobs()) % at_once == 0
        assert {job.id for job in jobs.jobs()} == set(rows()) == everybody
    finally:
        for job_id in added:
            jobs.session().remove(job_id)
        jobs.look_again()


def test_the_folder_of_the_job_that_is_chosen_is_not_touched_by_blender(
    done_job: Any, jobs: ModuleType, project: Path
) -> None:
    touched: list[str] = []

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        # there is no way to take an audit hook back
        if is_noting and event in ("open", "os.listdir", "os.scandir"):
            touched.append(str(arguments[0]))

    is_noting = True
    sys.addaudithook(note)
    try:
        bpy.context.window_manager.renderjuice.active = rows().index(done_job.id)
        job = after_the_look(jobs, done_job.id)
    finally:
        is_noting = False
    assert job.on_disk.frames == 1
    assert not [path for path in touched if path.startswith(str(project / "farm"))]


@pytest.mark.parametrize("asked", ["look", "download"])
def test_a_worker_for_an_old_job_gives_the_environments_key_to_the_address_in_force(
    done_job: Any, jobs: ModuleType, load: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    credentials, preferences, records = load("jobs.credentials"), load("properties.preferences"), load("jobs.records")
    journal = jobs.session().journal

    def worker_has_gone() -> bool:
        return bool(journal.setting(records.Setting.WORKER) == records.WORKER_GONE)

    until(worker_has_gone, "no worker is there")
    with monkeypatch.context() as patched:
        patched.setenv(credentials.KEY_VARIABLE, "RJ-of-the-environment")
        journal.update(done_job.id, api_url="http://127.0.0.1:9", status="")
        jobs.look_again()
        if asked == "look":
            bpy.context.window_manager.renderjuice.active = rows().index(done_job.id)
        else:
            bpy.ops.renderjuice.download(job=done_job.id)
        until(lambda: not journal.wishes(), "the worker has done what it was asked for")
        key = credentials.fingerprint(preferences.api_url(bpy.context))
        assert journal.setting(records.Setting.WORKER_KEY) == key
    until(worker_has_gone, "the worker with that key has gone")
    journal.remove(done_job.id)
    jobs.look_again()


def test_a_download_that_fails_leaves_a_job_done_and_tells_the_script(
    done_job: Any, jobs: ModuleType, project: Path, farm: Any
) -> None:
    frame = project / "farm" / "0001.png"
    frame.unlink()
    remote = jobs.session().journal.job(done_job.id).remote_id
    jobs.session().journal.update(done_job.id, remote_id="00000000-0000-0000-0000-000000000000")
    with pytest.raises(RuntimeError, match="no longer on Renderjuice"):
        bpy.ops.renderjuice.download(job=done_job.id, wait=True)
    jobs.look()
    job = after_the_look(jobs, done_job.id)
    assert (job.stage, jobs.frames_here(job)) == ("done", 0)
    jobs.session().journal.update(done_job.id, remote_id=remote)
    assert bpy.ops.renderjuice.download(job=done_job.id, wait=True) == {"FINISHED"}
    assert frame.is_file()
    assert jobs.session().journal.job(done_job.id).failure is None


def test_the_job_of_the_open_file_is_chosen_after_it_was_opened(
    done_job: Any, jobs: ModuleType, load: Callable[[str], ModuleType], project: Path, tmp_path: Path
) -> None:
    shot, chosen_id = bpy.data.filepath, load("properties.job_list").chosen_id
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "other.blend"))
    bpy.ops.renderjuice.submit(frames="2", output_dir=str(project / "farm 2"), wait=True)
    jobs.look()
    other = jobs.session().journal.jobs()[0].id
    assert chosen_id(bpy.context) == other
    for filepath, expected in ((shot, done_job.id), (str(tmp_path / "other.blend"), other)):
        bpy.ops.wm.open_mainfile(filepath=filepath)
        # what the handler does in a window
        jobs.show_rows_of_file()
        assert chosen_id(bpy.context) == expected


def test_a_row_s_tooltip_says_what_the_row_has_no_room_for(done_job: Any) -> None:
    row = bpy.context.window_manager.renderjuice.rows[0]
    assert row.name == done_job.id
    for part in ("Done", "shot.blend", str(done_job.blend.parent)):
        assert part in row.tooltip


def test_a_job_in_the_words_of_another_language(some_job: Any, load: Callable[[str], ModuleType]) -> None:
    stages, words = load("jobs.records").Stage, load("panels.job_words")
    job = replace(some_job, stage=stages.DOWNLOADING, frames=(1, 2), frames_downloaded=1, bytes_done=2_000_000)
    known = {"Downloading": "Herunterladen", "{} / {}": "{1} Bilder, {0} da", "{} min": "{} Min."}
    translate_message = load("translations.formatting").translate_message
    assert translate_message(words.progress_words(job), known).startswith("Herunterladen · 2 Bilder, 1 da")
    left = load("messages.message").Message("{} left", words.duration(70))
    assert translate_message(left, {**known, "{} left": "noch {}"}) == "noch 1 Min."


@pytest.mark.parametrize(
    ("stage", "changes", "words"),
    [
        ("uploading", {"bytes_done": 0}, ""),
        ("uploading", {"bytes_done": 2_000_000, "bytes_total": 4_000_000}, "2.0 MB of 4.0 MB"),
        ("rendering", {"bytes_done": 2_000_000}, "2.0 MB"),
        ("rendering", {"bytes_done": 2_000_000, "frames_downloaded": 1}, "1 frame here, 2.0 MB"),
        ("rendering", {"bytes_done": 2_000_000, "frames_downloaded": 1200}, "1,200 frames here, 2.0 MB"),
        ("downloading", {"bytes_done": 2_000_000, "frames_downloaded": 1200}, "2.0 MB"),
        ("done", {"bytes_done": 2_000_000, "frames_downloaded": 1200}, ""),
    ],
)
def test_what_is_transferred_in_words(
    some_job: Any, load: Callable[[str], ModuleType], stage: str, changes: dict[str, Any], words: str
) -> None:
    stages = load("jobs.records").Stage
    job = replace(some_job, id="new", **{"stage": stages(stage), "frames_downloaded": 0, "bytes_total": 0, **changes})
    assert load("panels.job_words").transfer_words(job) == words


def test_every_stage_has_words_and_an_icon(load: Callable[[str], ModuleType]) -> None:
    words = load("panels.job_words")
    stages = set(load("jobs.records").Stage)
    assert set(words.STAGE_WORDS) == set(words.ICONS) == stages
    assert [stage.words for stage in stages] == [stage.value for stage in stages]
    known = {item.identifier for item in bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items}
    assert set(words.ICONS.values()) <= known


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "on"),
        ((1920, 1080), "1920 × 1080"),
        ({"width": 1280, "height": 720}, "1280 × 720"),
        (["1-5", "9"], "1-5, 9"),
        ([str(frame) for frame in range(10_000)], "0, 1, 2, 3, 4, 5, …"),
        ("x" * 300, "x" * 39 + "…"),
        (23.976, "23.976"),
    ],
)
def test_settings(load: Callable[[str], ModuleType], value: Any, words: str) -> None:
    assert load("panels.job_words").value_words(value) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 B"), (999, "999 B"), (1500, "2 kB"), (2.5e6, "2.5 MB"), (4.2e9, "4.2 GB"), (3e12, "3.00 TB")],
)
def test_sizes(load: Callable[[str], ModuleType], count: float, words: str) -> None:
    assert load("panels.job_words").size(count) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (40, "40 s"), (70, "1 min"), (7500, "2 h 5 min"), (180000, "2 d 2 h")]
)
def test_durations(load: Callable[[str], ModuleType], seconds: float, words: str) -> None:
    assert load("panels.job_words").duration(seconds) == words


def test_an_observer_that_fails_disturbs_nobody(project: Path, jobs: ModuleType) -> None:
    heard = []
    earlier = {job.id for job in jobs.jobs()}

    def failing(_before: Any, _after: Any) -> None:
        raise ValueError("on purpose")

    def hearing(before: Any, after: Any) -> None:
        if after.id not in earlier:
            heard.append((before and before.stage, after.stage))

    jobs.observers[:0] = [failing, hearing]
    try:
        bpy.ops.renderjuice.submit(frames="1", output_dir=str(project / "farm"), wait=True)
        deadline = time.monotonic() + 20
        while (not heard or heard[-1][1] != "done") and time.monotonic() < deadline:
            jobs.look()
    finally:
        jobs.observers.remove(failing)
        jobs.observers.remove(hearing)
    assert heard[0][0] is None
    assert heard[-1][1] == "done"
