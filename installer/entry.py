"""Where the frozen program begins.

PyInstaller tells the program by environment variables where its own libraries and Qt's plugins are.
They are found without them once it runs; editors that it opens must not find them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping


def give_back(environment: MutableMapping[str, str]) -> None:
    """Make the environment that of who started the program."""
    for name in ("QT_PLUGIN_PATH", "QML2_IMPORT_PATH"):
        environment.pop(name, None)
    before = environment.pop("LD_LIBRARY_PATH_ORIG", None)
    environment.pop("LD_LIBRARY_PATH", None)
    if before is not None:
        environment["LD_LIBRARY_PATH"] = before


if __name__ == "__main__":
    from focusstack_app.cli import main

    give_back(os.environ)
    sys.exit(main())
