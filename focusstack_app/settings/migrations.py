"""From the files of earlier versions to the present one, step by step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Document = dict[str, Any]
Migration = Callable[[Document], Document]

# Step k leads from version k + 1 to version k + 2; steps are appended and never changed.
MIGRATIONS: tuple[Migration, ...] = ()


def current_version(migrations: Sequence[Migration] = MIGRATIONS) -> int:
    """The version that is written."""
    return len(migrations) + 1


def migrated(document: Document, migrations: Sequence[Migration] = MIGRATIONS) -> Document:
    """Bring a document of an earlier version up to the present one.

    Args:
        document: With a "version" from 1 to the present one.
        migrations: The steps.

    Raises:
        ValueError: If the version is none of these.
    """
    version = document.get("version")
    if type(version) is not int or not 1 <= version <= current_version(migrations):
        raise ValueError(f"version {version!r} is not known")
    for step in migrations[version - 1 :]:
        document = step(document)
    return {**document, "version": current_version(migrations)}
