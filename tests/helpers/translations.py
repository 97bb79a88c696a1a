"""Bring the translations up to date with the texts in the code.

Run by hand after a text of the window changed, and once more after translating::

    python -m tests.helpers.translations

The .ts files in resources/i18n get the texts that are new and lose those that are gone (lupdate);
the .qm files that the program reads are made of them (lrelease).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import PySide6

import focusstack_app
from focusstack_app.ui.translation import i18n_dir

PACKAGE = Path(focusstack_app.__file__).resolve().parent


def update(ts: Path, *, plural_only: bool) -> None:
    """Take the texts of the code into a .ts file; it is made where it is not there.

    Args:
        ts: Its name ends in the language.
        plural_only: Whether only texts with a number are taken, as for English.
    """
    _run(
        "lupdate",
        *["-no-obsolete", "-locations", "none", "-silent", "-source-language", "en"],
        # Marks the texts of the layers that know no Qt.
        *["-tr-function-alias", "QT_TR_NOOP+=message"],
        *(["-pluralonly"] if plural_only else []),
        *sorted(str(path.relative_to(PACKAGE.parent)) for path in PACKAGE.rglob("*.py")),
        *["-ts", str(ts)],
    )


def release(ts: Path, qm: Path) -> None:
    """Make the file that Qt reads of a .ts file."""
    _run("lrelease", "-silent", str(ts), "-qm", str(qm))


def _run(tool: str, *arguments: str) -> None:
    program = Path(PySide6.__file__).resolve().parent / tool
    subprocess.run([program, *arguments], check=True, cwd=PACKAGE.parent)


def main() -> int:
    """Update all of them."""
    for language in ("en", "de"):
        ts = i18n_dir() / f"focusstack_app_{language}.ts"
        update(ts, plural_only=language == "en")
        release(ts, ts.with_suffix(".qm"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
