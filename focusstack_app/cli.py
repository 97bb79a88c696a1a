"""The command line: `focusstack` opens the window; `fuse`, `batch`, `demo`, `models` do not.

Exit codes: 0 done, 1 failed (one line on stderr: what, and what to do), 2 wrong usage,
130 cancelled. Everything heavy is imported where it is used, so that `--help` is quick and the
commands need no Qt.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Callable, Mapping, Sequence

from focusstack_app.arguments import (
    command_parser,
    window_parser,
    with_project,
)
from focusstack_app.console import (
    CANCELLED,
    DONE,
    FAILED,
    complain,
    finish_standard_streams,
    one_line,
    open_standard_streams,
    say,
    warn,
)
from focusstack_app.core.errors import (
    Cancelled,
    FocusStackError,
    InputError,
    ModelError,
)
from focusstack_app.core.memory import keep_freed_memory
from focusstack_app.core.pages import file_of
from focusstack_app.core.places import is_there
from focusstack_app.settings.store import SettingsStore

COMMANDS = ("fuse", "batch", "demo", "models")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: Arguments without the program's name; those of the process by default.

    Returns:
        The exit code.

    Raises:
        SystemExit: With 2 for wrong usage, with 0 after `--help` and `--version`.
    """
    open_standard_streams()
    keep_freed_memory()
    try:
        return _run(list(sys.argv[1:] if argv is None else argv))
    finally:
        finish_standard_streams()


def _run(arguments: Sequence[str]) -> int:
    if arguments and arguments[0] in COMMANDS:
        loaded = SettingsStore().load()
        parsed = command_parser(loaded.settings).parse_args(arguments)
        parsed.settings = loaded.settings
        for problem in loaded.problems:
            warn(f"preferences: {problem}")
    else:
        parsed = window_parser().parse_args(arguments)
    try:
        if parsed.command == "fuse":
            parsed = with_project(parsed, arguments)
        return _RUN[parsed.command](parsed)
    except FocusStackError as error:
        complain(one_line(error))
        return FAILED
    except (Cancelled, KeyboardInterrupt):
        complain("Cancelled; nothing was written.")
        return CANCELLED


def _window(args: argparse.Namespace) -> int:
    for path in args.paths:
        if not is_there(path) and not is_there(file_of(path)):
            near = difflib.get_close_matches(str(path), COMMANDS, n=1)
            hint = f"Did you mean the command {near[0]}?" if near else "Check the name."
            raise InputError(f"{path} does not exist.", hint)
    headless = not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    )
    if sys.platform.startswith("linux") and headless:
        raise FocusStackError(
            "There is no display for the window.", "Use focusstack fuse or focusstack batch."
        )
    try:
        from focusstack_app.ui.app import main as open_window
    except ImportError as error:
        raise FocusStackError(
            f"The window cannot start: {error}.",
            "Install Qt's system libraries (the README names them), or use focusstack fuse.",
        ) from error
    return open_window(args.paths)


def _fuse(args: argparse.Namespace) -> int:
    from focusstack_app.fuse_command import fuse

    return fuse(args)


def _demo(args: argparse.Namespace) -> int:
    from focusstack_app.fuse_command import demo

    return demo(args)


def _batch(args: argparse.Namespace) -> int:
    from focusstack_app.batch_command import batch

    return batch(args)


def _models_list(_args: argparse.Namespace) -> int:
    from focusstack_app.inference.manifest import (
        installed_models,
        missing_weights,
        unfinished_models,
    )

    for model in installed_models():
        say(f"{model.id}  version {model.version}  {model.licence}  {model.folder}")
    for model in unfinished_models():
        lacking = " and ".join(missing_weights(model))
        say(f"{model.id}  version {model.version}  not installed: needs {lacking}")
    return DONE


def _models_verify(args: argparse.Namespace) -> int:
    from focusstack_app.inference.manifest import installed_models, verify

    models = {model.id: model for model in installed_models()}
    unknown = [name for name in args.ids if name not in models]
    if unknown:
        raise ModelError(
            f"There is no model {unknown[0]}.", f"Installed: {', '.join(models) or 'none'}."
        )
    code = DONE
    for name in args.ids or models:
        try:
            verify(models[name])
        except ModelError as error:
            complain(one_line(error))
            code = FAILED
        else:
            say(f"{name}: intact")
    return code


def _models_install(args: argparse.Namespace) -> int:
    from focusstack_app.inference.manifest import install

    model = install(args.folder)
    say(f"Installed {model.id} version {model.version} in {model.folder}")
    return DONE


_RUN: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "window": _window,
    "fuse": _fuse,
    "batch": _batch,
    "demo": _demo,
    "models list": _models_list,
    "models verify": _models_verify,
    "models install": _models_install,
}
