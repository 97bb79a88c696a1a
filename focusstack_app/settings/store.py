"""The file of the preferences."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from focusstack_app.core.document import parsed
from focusstack_app.core.errors import OutputError
from focusstack_app.core.message import message
from focusstack_app.io.atomic import output_error, replacing
from focusstack_app.io.faults import shown
from focusstack_app.settings.checking import Problem, from_document, to_document
from focusstack_app.settings.migrations import current_version, migrated
from focusstack_app.settings.schema import Settings


def settings_path() -> Path:
    """Where the preferences of this user are kept."""
    folder = platformdirs.user_config_dir("focusstack_app", appauthor=False)
    return Path(folder) / "settings.json"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file gave.

    Attributes:
        settings: Complete: what the file lacks has its default.
        problems: What could not be used.
    """

    settings: Settings
    problems: tuple[Problem, ...] = ()


class SettingsStore:
    """Reads and writes the preferences.

    Args:
        path: The file; that of the user by default. It need not exist.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path if path is not None else settings_path()

    def load(self) -> Loaded:
        """Read the file; a file with problems is copied to `.bak`, so that nothing is lost."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return Loaded(Settings())
        except (OSError, UnicodeDecodeError) as error:
            self._keep_copy()
            text = message("{file} cannot be read ({error}).", file=shown(self.path), error=error)
            return _unusable(text)
        document = _parsed(text)
        if document is None:
            self._keep_copy()
            return _unusable(
                message(
                    "{file} is damaged; the preferences start anew and a copy of the file is kept "
                    "as {copy}.",
                    file=shown(self.path),
                    copy=self._copy.name,
                )
            )
        if _is_newer(document):
            return _unusable(
                message(
                    "{file} comes from a newer version of the program and is left alone; "
                    "preferences hold until the program is closed.",
                    file=shown(self.path),
                )
            )
        try:
            settings, problems = from_document(migrated(document))
        except ValueError as error:
            settings, problems = Settings(), (Problem("", "", f"{shown(self.path)}: {error}."),)
        if problems:
            self._keep_copy()
        return Loaded(settings, problems)

    def save(self, settings: Settings) -> None:
        """Write the file, whole or not at all.

        Raises:
            OutputError: If it cannot be written, or comes from a newer version of the program.
        """
        try:
            document = _parsed(self.path.read_text(encoding="utf-8"))
            if document is not None and _is_newer(document):
                raise OutputError(
                    message(
                        "The preferences were not saved: their file comes from a newer version of "
                        "the program."
                    ),
                    message("They hold until the program is closed."),
                )
        except FileNotFoundError:
            pass
        except (OSError, UnicodeDecodeError):  # of which there is no copy, if it cannot be read
            with suppress(OSError):
                self.path.replace(self._copy)
        document = {"version": current_version(), **to_document(settings)}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise output_error(self.path, error) from error
        with replacing(self.path, overwrite=True) as temporary:
            temporary.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")

    @property
    def _copy(self) -> Path:
        return self.path.with_name(f"{self.path.name}.bak")

    def _keep_copy(self) -> None:
        with suppress(OSError):
            shutil.copyfile(self.path, self._copy)


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        document = parsed(text)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _is_newer(document: dict[str, Any]) -> bool:
    version = document.get("version")
    return isinstance(version, int) and version > current_version()


def _unusable(text: str) -> Loaded:
    return Loaded(Settings(), (Problem("", "", text),))
