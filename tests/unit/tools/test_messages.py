# SPDX-License-Identifier: GPL-3.0-or-later
"""What a language lacks is told, and what it has too much; and only a release insists on all of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import messages
from tools.errors import CannotGoOn

ROOT = Path(__file__).resolve().parents[3]

SOURCE = """
def words(job):
    '''Not shown.'''
    if job:
        return Message("“{}” is rendered.", job.name)
    return [Message("One frame"), Message("{}: {}", job.name, 3), Message("GPU")]
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A small clone: two modules with texts, and two languages."""
    write(tmp_path / "api" / "words.py", SOURCE)
    write(tmp_path / "panels" / "jobs.py", 'LABEL = Message("One frame")\n')
    write(tmp_path / "tools" / "errors.py", 'LABEL = Message("No text of a tool is shown")\n')
    write(tmp_path / "translations" / "languages" / "__init__.py", "")
    write_language(tmp_path, "german", {"“{}” is rendered.": "„{}“ ist gerendert.", "One frame": "Ein Bild"})
    write_language(tmp_path, "french", {"One frame": "Une image", "{}: {}": "{} : {}", "Gone": "Parti"})
    return tmp_path


def write(path: Path, text: str) -> None:
    """Write a file and the folders that it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_language(root: Path, name: str, words: dict[str, str]) -> None:
    """Write the modules of a language: its words, and none of another room."""
    folder = root / "translations" / "languages" / name
    write(folder / "__init__.py", "")
    write(folder / "api.py", f"MESSAGES: dict[str, str] = {words!r}\n")
    write(folder / "panels.py", "MESSAGES: dict[str, str] = {}\n")


def test_texts_are_gathered_with_their_first_places(clone: Path) -> None:
    texts = messages.gather(clone)
    assert texts.places == {
        "“{}” is rendered.": "api/words.py:5",
        "One frame": "api/words.py:6",
        "{}: {}": "api/words.py:6",
        "GPU": "api/words.py:6",
    }
    assert texts.needed == ["“{}” is rendered.", "One frame"]
    assert texts.faults == ()


def test_the_share_of_a_language(clone: Path) -> None:
    texts = messages.gather(clone)
    assert messages.languages(clone) == ["french", "german"]
    german, french = (messages.share_of(language, texts, clone) for language in ("german", "french"))
    assert str(german) == "german 100 % of 2"
    assert (french.missing, french.stale) == (("“{}” is rendered.",), ("Gone",))
    assert str(french) == "french 50 % of 2: 1 missing, 1 stale"


def test_a_language_that_lacks_little_is_not_complete() -> None:
    assert str(messages.Share("german", 688, ("One",), ())) == "german 99 % of 688: 1 missing"
    assert str(messages.Share("german", 0, (), ())) == "german 100 % of 0"


def test_what_is_missing_is_printed_and_allowed(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert messages.report(clone)
    assert "french 50 % of 2: 1 missing, 1 stale\ngerman 100 % of 2\n" in capsys.readouterr().out


def test_a_text_that_cannot_be_collected_is_printed_and_not_allowed(
    clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(clone / "panels" / "main.py", "\ntext = Message(f'{count} frames')\n")
    assert not messages.report(clone)
    assert "panels/main.py:2: the template of a Message has to be a literal" in capsys.readouterr().out


def test_a_release_demands_every_text_in_every_language(clone: Path) -> None:
    with pytest.raises(CannotGoOn) as caught:
        messages.demand_complete(clone)
    assert str(caught.value).splitlines()[1:] == ["french lacks: “{}” is rendered. (api/words.py:5)"]
    write_language(clone, "french", {"One frame": "Une image", "“{}” is rendered.": "« {} » : rendu."})
    messages.demand_complete(clone)


def test_a_language_that_is_not_there_is_told(clone: Path) -> None:
    with pytest.raises(CannotGoOn, match="There is no language klingon; there are french, german"):
        messages.words_of("klingon", clone)
    write(clone / "translations" / "languages" / "latin" / "__init__.py", "")
    write(clone / "translations" / "languages" / "latin" / "api.py", "WORDS = {}\n")
    with pytest.raises(CannotGoOn, match="MESSAGES"):
        messages.words_of("latin", clone)


@pytest.mark.parametrize("options", [(), ("--missing", "german"), ("--missing", "klingon")])
def test_the_command(options: tuple[str, ...]) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tools.messages", *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    if "klingon" in options:
        assert (ran.returncode, ran.stdout) == (1, "")
        assert "There is no language klingon" in ran.stderr
    else:
        assert ran.returncode == 0, ran.stderr
        assert ("\tRender on Renderjuice\n" in ran.stdout) == (not options)
