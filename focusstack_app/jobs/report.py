"""What `--json` says about a fusion."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from focusstack_app import __version__
from focusstack_app.core.document import parsed
from focusstack_app.core.errors import OutputError
from focusstack_app.core.fusion import FusionResult, Method
from focusstack_app.core.places import is_there
from focusstack_app.io.atomic import replacing
from focusstack_app.io.faults import shown
from focusstack_app.jobs.export import check_target


def facts(result: FusionResult) -> dict[str, object]:
    """The story of a result without its pixels, ready for JSON."""
    request = result.request
    height_px, width_px = result.picture.shape[:2]
    learned = request.method is Method.VAEEDOF
    return {
        "frames": [str(source.path) for source in request.stack.sources],
        "reference": request.stack.reference,
        "width_px": width_px,
        "height_px": height_px,
        "method": str(request.method),
        "mode": str(request.mode) if learned else None,
        "align": str(request.align),
        "registration_reused": result.registration_reused,
        "overlap": request.overlap,
        "model_id": request.model_id if learned else None,
        "model": result.model,
        "device": result.device,
        "timings_s": {stage: round(seconds, 3) for stage, seconds in result.timings_s.items()},
        "cpu_s": {stage: round(seconds, 3) for stage, seconds in result.cpu_s.items()},
        "peak_memory_bytes": result.peak_memory_bytes,
        "spooled_bytes": result.spooled_bytes,
        "warnings": list(result.warnings),
    }


def slab_facts(result: FusionResult, output: Path) -> dict[str, object]:
    """The same of a slab, as far as it is not that of its whole stack."""
    of_slab = ("timings_s", "cpu_s", "registration_reused", "device", "spooled_bytes")
    story = facts(result)
    return {
        "output": str(output),
        "frames": [str(source.path) for source in result.request.sources],
        **{name: story[name] for name in of_slab},
    }


def check_report(path: Path) -> None:
    """Find out whether a report that is written anew with every run may go there.

    Raises:
        OutputError: If the place cannot be written to, or holds something else than a report.
    """
    check_target(path, overwrite=True)
    if not is_there(path):
        return
    with suppress(OSError, ValueError):
        document = parsed(path.read_bytes()) if path.is_file() else None  # a pipe may never end
        if isinstance(document, dict) and "focusstack_app" in document:
            return
    raise OutputError(
        f"{shown(path)} exists, and is no report of this program.", "Choose another name."
    )


def write_report(path: Path, report: Mapping[str, object], *, overwrite: bool = False) -> None:
    """Write a report as JSON, with the program's version in front.

    Raises:
        OutputExistsError: If it exists and `overwrite` is False.
        OutputError: If it cannot be written.
    """
    document = {"focusstack_app": __version__, **report}
    with replacing(path, overwrite=overwrite) as temporary:
        temporary.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
