# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo: the built extension, in a real Blender, sends an animation to the local farm and brings frames back."""

import contextlib
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tools import environments, farm, packaging, processes
from tools.errors import CannotGoOn
from tools.paths import ROOT

FRAMES = "1-5"
FRAME_COUNT = 5
SCENE_SECONDS = 120.0
SUBMIT_SECONDS = 300.0
CHECK_SECONDS = 60.0
FARM_LINES = 30
FOLDER = "renderjuice-demo"


def demo(*, blender: str | None, output: Path | None) -> int:
    """Run the demo and print the folder of its frames last, as `frames: FOLDER`. Gives the exit code.

    Scene and frames stay in `output`, a new folder; by default `renderjuice-demo` here, or with a number behind it.
    Raises CannotGoOn when a step fails.
    """
    started = time.monotonic()
    tools_python = environments.ensure(environments.TOOLS)
    if blender is None:
        blender, blender_python = environments.ensure_any_blender()
    else:
        blender_python = environments.ensure_blender(blender)
    package = packaging.build()
    folder = new_folder(output)
    frames = folder / "frames"
    print(f"Demo with Blender {blender} in {folder}", flush=True)
    temporary_folder = tempfile.TemporaryDirectory(prefix="renderjuice-demo-", ignore_cleanup_errors=True)
    with contextlib.ExitStack() as stack:
        temporary = Path(stack.enter_context(temporary_folder))
        mark = stack.enter_context(processes.nothing_left_behind(tell=False))
        user = temporary / "user"
        user.mkdir()
        variables = processes.settings(BLENDER_USER_RESOURCES=str(user), **mark)

        _say("Making the scene: an animation, a texture, and a linked library with a texture of its own.")
        _step("scene", [blender_python, ROOT / "tools" / "demo" / "scene.py", folder], variables, SCENE_SECONDS)

        _say("Starting the local farm.")
        address = stack.enter_context(_farm(temporary, {blender: blender_python}, processes.settings(**mark)))

        _say(f"Installing {package.name} into Blender {blender} and submitting frames {FRAMES}.")
        submit: list[str | Path] = [blender_python, ROOT / "tools" / "demo" / "submit.py"]
        submit += [package, folder / "balloons.blend", FRAMES, frames]
        account = {"RENDERJUICE_API_URL": address, "RENDERJUICE_API_KEY": farm.API_KEY}
        _step("submission", submit, {**variables, **account}, SUBMIT_SECONDS)

        _say("Looking at the frames.")
        check: list[str | Path] = [tools_python, ROOT / "tools" / "demo" / "frames.py", frames, str(FRAME_COUNT)]
        _step("check of the frames", check, variables, CHECK_SECONDS)
    print(f"\n{FRAME_COUNT} frames arrived, after {time.monotonic() - started:.0f} s in all.")
    print(f"frames: {frames}", flush=True)
    return 0


def new_folder(asked: Path | None) -> Path:
    """Make a folder that was not there, so that nothing is ever written over; gives its absolute path.

    Raises CannotGoOn when the folder asked for is there already.
    """
    if asked:
        try:
            asked.mkdir(parents=True)
        except FileExistsError as error:
            raise CannotGoOn(f"{asked} is there already; name a new folder.") from error
        return asked.absolute()
    for number in range(1, 1000):
        folder = Path.cwd() / (FOLDER if number == 1 else f"{FOLDER}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        except OSError:
            break  # A folder that we may not write in: the system's temporary one takes it.
        return folder
    return Path(tempfile.mkdtemp(prefix=f"{FOLDER}-"))


@contextlib.contextmanager
def _farm(folder: Path, blenders: Mapping[str, Path], variables: Mapping[str, str]) -> Iterator[str]:
    """A local farm on a free port; gives its address, and shows what it said when anything goes wrong meanwhile."""
    home = folder / "farm"
    home.mkdir()
    log = folder / "farm.log"
    with log.open("wb") as output:
        try:
            with farm.running(blenders, home=home, port=0, env=variables, output=output) as running:
                yield running.api_url
        except CannotGoOn:
            said = log.read_text(encoding="utf-8", errors="replace").splitlines()[-FARM_LINES:]
            print("What the local farm said last:\n  " + "\n  ".join(said), flush=True)
            raise


def _step(name: str, command: Sequence[str | Path], variables: Mapping[str, str], seconds: float) -> None:
    outcome = processes.run(command, env=variables, timeout=seconds)
    if outcome.timed_out:
        raise CannotGoOn(f"The {name} took longer than {seconds:.0f} s.")
    if outcome.code != 0:
        how = outcome.crash or f"exit code {outcome.code}"
        raise CannotGoOn(f"The {name} failed ({how}); the lines above say why.")


def _say(text: str) -> None:
    print(f"\n{text}", flush=True)
