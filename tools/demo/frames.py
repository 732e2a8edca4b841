# SPDX-License-Identifier: GPL-3.0-or-later
"""Check what the demo brought back.

Run by the tools' Python, which has Pillow: `python frames.py FOLDER COUNT`.
"""

import hashlib
import sys
from pathlib import Path

from PIL import Image


def complaints(folder: Path, count: int) -> list[str]:
    """What is wrong in `folder`; nothing when `count` PNG frames are there, each a picture, not black, no two alike."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".png")
    found = []
    if len(files) != count:
        found.append(f"{len(files)} frames arrived instead of {count}: {', '.join(file.name for file in files) or '-'}")
    seen: dict[str, str] = {}
    for file in files:
        try:
            with Image.open(file) as picture:
                pixels = picture.convert("RGB")
        except (OSError, SyntaxError) as error:  # Pillow's PNG reader raises SyntaxError for a broken chunk
            found.append(f"{file.name} is not a whole picture: {error}")
            continue
        if max(pixels.tobytes()) < 16:
            found.append(f"{file.name} is black")
        twin = seen.setdefault(hashlib.sha256(pixels.tobytes()).hexdigest(), file.name)
        if twin != file.name:
            found.append(f"{file.name} shows the same as {twin}")
    return found


if __name__ == "__main__":
    bad = complaints(Path(sys.argv[1]), int(sys.argv[2]))
    for line in bad:
        print(line)
    sys.exit(1 if bad else 0)
