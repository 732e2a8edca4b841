# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the local farm: the stand-in for the service, on loopback, rendering with the Blenders of this machine."""

import contextlib
import json
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tools import environments, processes
from tools.errors import CannotGoOn

API_KEY = "RJ-local-farm"
START_SECONDS = 60.0


@dataclass(frozen=True)
class Farm:
    """A local farm that answers."""

    api_url: str
    process: subprocess.Popen[bytes]


@contextlib.contextmanager
def running(
    blenders: Mapping[str, Path],
    *,
    home: Path,
    port: int,
    env: Mapping[str, str],
    output: IO[bytes] | None = None,
) -> Iterator[Farm]:
    """A local farm that renders with `blenders` (version -> executable) and keeps its jobs and files in `home`.

    `port` 0 takes a free one; `output` takes what it says. It is ended on the way out.
    Raises CannotGoOn when it does not start.
    """
    tools_python = environments.ensure(environments.TOOLS)
    ready_file = home / "ready.json"
    ready_file.unlink(missing_ok=True)
    command: list[str | Path] = [tools_python, "-m", "local_farm", "--home", home, "--port", str(port)]
    command += ["--ready-file", ready_file, "--api-key", API_KEY, "--end-with-parent"]
    for version, executable in blenders.items():
        command += ["--blender", f"{version}={executable}"]
    with processes.started(command, env=env, output=output) as process:
        yield Farm(_wait_for_address(process, ready_file), process)


def farm(*, port: int, home: Path | None) -> int:
    """Run a farm until Ctrl-C, telling what to put into the extension's preferences. Gives the exit code.

    `home` keeps jobs and frames between runs, also when this is killed; without it they are gone with the farm. A file
    that is missing fails no job here: as anywhere, Blender renders without it.
    """
    blenders = environments.ready_blenders() or dict([environments.ensure_any_blender()])
    with contextlib.ExitStack() as stack:
        if home is None:
            temporary = tempfile.TemporaryDirectory(prefix="renderjuice-farm-", ignore_cleanup_errors=True)
            home = Path(stack.enter_context(temporary))
        home.mkdir(parents=True, exist_ok=True)
        mark = stack.enter_context(processes.nothing_left_behind())
        address = stack.enter_context(
            running(blenders, home=home.absolute(), port=port, env=processes.settings(**mark))
        )
        print(
            f"""
The local farm runs, with Blender {", ".join(blenders)}. Nothing leaves this machine.

In Blender, press the gear in the header of the panel Renderjuice (Render properties) and enter
  Server    {address.api_url}   (under Advanced, first)
  API Key   {API_KEY}
or start Blender from a terminal with
  RENDERJUICE_API_URL={address.api_url} RENDERJUICE_API_KEY={API_KEY} blender --online-mode

Ctrl-C ends it.
""",
            flush=True,
        )
        try:
            return address.process.wait()
        except KeyboardInterrupt:
            print("\nEnding the local farm …", flush=True)
            return 0


def _wait_for_address(process: subprocess.Popen[bytes], ready_file: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise CannotGoOn("The local farm could not start; the lines above say why.")
        # The file appears complete or not at all only where renaming is atomic; an unfinished one is read again.
        with contextlib.suppress(OSError, ValueError, KeyError):
            return str(json.loads(ready_file.read_text(encoding="utf-8"))["apiUrl"])
        time.sleep(0.05)
    raise CannotGoOn(f"The local farm did not answer within {START_SECONDS:.0f} s.")
