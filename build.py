#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one entry for people and machines: demo, test, farm, package, lint, bench.

Needs Python 3.11 or newer and nothing else; what more a command needs it sets up by itself, once, in the user's cache.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit("build.py needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".")

import argparse
from pathlib import Path

from tools import benching, environments, farm, linting, packaging, processes, testing
from tools.demo import demo
from tools.errors import CannotGoOn


def parser() -> argparse.ArgumentParser:
    """The command line."""
    versions = list(environments.BLENDERS)
    top = argparse.ArgumentParser(prog="build.py", description="Build, test and try the Renderjuice extension.")
    commands = top.add_subparsers(dest="command", required=True)

    command = commands.add_parser("demo", help="render a small animation through the extension and the local farm")
    command.add_argument("--blender", choices=versions, help="which Blender (the newest that this machine can run)")
    command.add_argument("--output", type=Path, help="new folder for scene and frames (renderjuice-demo, here)")

    command = commands.add_parser("test", help="run the tests; what follows -- goes to pytest")
    command.add_argument("paths", nargs="*", help="files, folders or node ids in tests/ (all)")
    command.add_argument("--tier", action="append", default=[], choices=list(testing.TIERS), help="only this tier")
    command.add_argument(
        "--blender", action="append", default=[], choices=testing.versions(), help="only with this Blender"
    )
    command.add_argument("--screenshots", type=Path, help="folder for pictures of the windows (a new temporary one)")

    command = commands.add_parser("farm", help="run the local farm until Ctrl-C")
    command.add_argument("--port", type=int, default=8787, help="port on loopback (8787; 0 takes a free one)")
    command.add_argument("--home", type=Path, help="folder where the next run goes on with its jobs (a temporary one)")

    command = commands.add_parser("package", help="build the zip that Blender installs")
    command.add_argument("--output", type=Path, help="folder for the zip (dist)")
    command.add_argument("--release", action="store_true", help="refuse while a language lacks a text")

    command = commands.add_parser("lint", help="check style and types, and print how complete each language is")
    command.add_argument("--fix", action="store_true", help="repair and format first what can be repaired")

    command = commands.add_parser("bench", help="measure")
    command.add_argument("names", nargs="*", help="which measurements (all)")
    return top


def main(arguments: list[str]) -> int:
    """Run one command; gives the exit code."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    options, rest = parser().parse_args(arguments[:end]), arguments[end + 1 :]
    processes.end_on_terminate()
    match options.command:
        case "demo":
            return demo.demo(blender=options.blender, output=options.output)
        case "test":
            return testing.run_tests(
                tiers=options.tier,
                blenders=options.blender,
                paths=options.paths,
                pytest_arguments=rest,
                screenshots=options.screenshots,
            )
        case "farm":
            return farm.farm(port=options.port, home=options.home)
        case "package":
            print(packaging.build(options.output, is_release=options.release))
            return 0
        case "lint":
            return linting.lint(fix=options.fix)
        case _:
            return benching.bench(options.names)


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
    except CannotGoOn as error:
        code = 1
        print(error, file=sys.stderr)
    except OSError as error:
        code = 1
        print(f"{error.filename or 'A file'} cannot be read or written: {error.strerror or error}.", file=sys.stderr)
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
