# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for the render farm on this machine; shares no code with the extension, so that each checks the other.

Does not ship. It has the documented API, storage beside it, and real Blender behind it.

With `--home` everything is kept: a farm that was stopped or killed goes on with its uploads, its jobs and the frames
that are missing. A store that is damaged is told and left alone.

Nobody promises that the service looks for missing files before it renders, and Blender renders without them: so does
this farm, which names them in its log and in the job's analysis. With `--strict` a job fails that lacks a file which
its frames read; this is what the tests run with. A file that only this machine has, outside of the package, fails the
job in both cases: here Blender would find it, and nowhere else.
"""
