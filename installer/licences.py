"""Copy the licences of all installed packages into a folder: they are part of what is built."""

from __future__ import annotations

import shutil
import sys
from importlib.metadata import distributions
from pathlib import Path

_NAMES = ("licen", "copying", "notice", "authors")


def copy_licences(folder: Path) -> list[str]:
    """Copy them, a folder for each package.

    Returns:
        The packages without any.
    """
    without = []
    for package in distributions():
        name = package.metadata["Name"]
        texts = [
            Path(str(package.locate_file(file)))
            for file in package.files or ()
            if any(part in file.name.lower() for part in _NAMES) and file.suffix != ".py"
        ]
        for number, text in enumerate(path for path in texts if path.is_file()):
            target = folder / name / (text.name if number == 0 else f"{number}-{text.name}")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(text, target)
        if not (folder / name).exists():
            target = folder / name / "METADATA"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(package.read_text("METADATA") or "", encoding="utf-8")
            without.append(name)
    return without


if __name__ == "__main__":
    for missing in copy_licences(Path(sys.argv[1])):
        print(f"{missing}: no licence text; what it says of itself was copied")  # noqa: T201
