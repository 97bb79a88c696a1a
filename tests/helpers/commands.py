"""The command line as a test calls it."""

from __future__ import annotations

from pathlib import Path

from focusstack_app import cli

# The method that needs no model: what is tested here is the command line.
PYRAMID = ["--method", "pyramid", "--align", "off"]


def run(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())
