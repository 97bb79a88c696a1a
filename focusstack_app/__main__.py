"""`python -m focusstack_app` is the same as `focusstack`."""

from __future__ import annotations

import sys

from focusstack_app.cli import main

if __name__ == "__main__":
    sys.exit(main())
