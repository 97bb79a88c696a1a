"""Model folders: their manifest, their place, and the check of their files."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import platformdirs

from focusstack_app.core.assets import models_dir
from focusstack_app.core.document import parsed
from focusstack_app.core.errors import ModelError
from focusstack_app.core.message import message
from focusstack_app.core.model import ModelManifest
from focusstack_app.core.patience import patiently

KIND = "vaeedof-set-5"
FILES = ("encoder.onnx", "fusion.onnx", "decoder.onnx")
HALF_FUSION = "fusion.fp16.onnx"  # the same for cards that are fast in half precision; optional
_WEIGHTS = ".safetensors"  # ends the names of files that may not be ours to ship


def user_models_dir() -> Path:
    """Folder of the models that the user installed."""
    return Path(platformdirs.user_data_dir("focusstack_app", appauthor=False)) / "models"


def load_manifest(folder: Path) -> ModelManifest:
    """Read and check `folder/model.json`; the model's files are not read.

    Raises:
        ModelError: If it is missing, not a manifest, or of a kind that is not known.
    """
    path = folder / "model.json"
    try:
        card = parsed(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            message("{file} cannot be read as a model manifest.", file=path),
            message("Choose a folder with a model.json."),
        ) from error
    if not isinstance(card, dict) or card.get("kind") != KIND:
        kind = card.get("kind") if isinstance(card, dict) else None
        raise ModelError(
            message("{file} is a model of unknown kind {kind!r}.", file=path, kind=kind),
            message("A newer program may be able to use it."),
        )
    try:
        manifest = _manifest(card, folder)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            message("{file} is not a complete model manifest ({error}).", file=path, error=error),
            message("Install the model again."),
        ) from error
    if not _can_be(manifest):
        raise ModelError(
            message("{file} does not describe a model of kind {kind}.", file=path, kind=KIND),
            message("Install the model again."),
        )
    return manifest


def _manifest(card: Mapping[str, Any], folder: Path) -> ModelManifest:
    return ModelManifest(
        id=str(card["id"]),
        version=str(card["version"]),
        kind=KIND,
        latent_channels=int(card["latent_channels"]),
        scale=int(card["scale"]),
        slots=int(card["slots"]),
        weight_scale=int(card["weight_scale"]),
        tile_px=int(card["tile_px"]),
        # Where it is not said, all of a tile may matter.
        decoder_reach=int(card["decoder_reach"] if "decoder_reach" in card else card["tile_px"]),
        reconstruction_rmse=float(card["reconstruction_rmse"]),
        agreement_rmse=float(card["agreement_rmse"]),
        encoder_halo_px=int(card.get("encoder_halo_px", 0)),
        licence=str(card["licence"]),
        sha256={str(name): str(digest) for name, digest in card["sha256"].items()},
        card=dict(card["card"]),
        folder=folder,
    )


def _can_be(manifest: ModelManifest) -> bool:
    """Whether its files are those of the kind, and its names and numbers can be used."""
    name, files = manifest.id, manifest.sha256
    named = bool(name) and name.isprintable() and name.strip().lstrip(".") == name
    plain = not any(set(one) & set("/\\:") for one in (name, *files))
    graphs = {one for one in files if not one.endswith(_WEIGHTS)} - {HALF_FUSION}
    counts = manifest.latent_channels, manifest.scale, manifest.slots, manifest.weight_scale
    least = min(*counts, manifest.tile_px, manifest.decoder_reach)
    cells = least >= 1 and manifest.encoder_halo_px % manifest.scale == 0
    return named and plain and graphs == set(FILES) and cells


def installed_models() -> list[ModelManifest]:
    """The models that ship with the program, then those that the user installed, by name.

    A shipped model hides an installed one of the same id. A folder that cannot be read as a model
    is left out; `find_model` and `verify` say why. So is a shipped one of `unfinished_models`.
    """
    found: dict[str, ModelManifest] = {}
    for manifest in _manifests():
        if not missing_weights(manifest):
            found.setdefault(manifest.id, manifest)
    return list(found.values())


def unfinished_models() -> list[ModelManifest]:
    """Models that lack weights which are not ours to ship, and are not installed whole."""
    whole = {manifest.id for manifest in installed_models()}
    return [m for m in _manifests() if missing_weights(m) and m.id not in whole]


def missing_weights(manifest: ModelManifest) -> list[str]:
    """Files of weights that the model needs and that are not in its folder."""
    return [
        name
        for name in manifest.sha256
        if name.endswith(_WEIGHTS) and not (manifest.folder / name).exists()
    ]


def _manifests() -> Iterator[ModelManifest]:
    for parent in (models_dir(), user_models_dir()):
        for path in sorted(parent.glob("*/model.json")):
            try:
                yield load_manifest(path.parent)
            except ModelError:
                continue


def find_model(model_id: str) -> ModelManifest:
    """The installed model of that id.

    Raises:
        ModelError: If there is none.
    """
    models = installed_models()
    for manifest in models:
        if manifest.id == model_id:
            return manifest
    for manifest in unfinished_models():
        if manifest.id == model_id:
            raise ModelError(
                message(
                    "The model {model_id!r} lacks {files}.",
                    model_id=model_id,
                    files=" and ".join(missing_weights(manifest)),
                ),
                message("Put them into a folder and run: focusstack models install FOLDER"),
            )
    names = ", ".join(manifest.id for manifest in models) or "none"
    raise ModelError(
        message("There is no model {model_id!r}.", model_id=model_id),
        message("Installed: {names}.", names=names),
    )


def verify(manifest: ModelManifest) -> None:
    """Compare the SHA-256 of every file with the manifest.

    Raises:
        ModelError: If a file is missing or differs.
    """
    for name in manifest.sha256:
        read_verified(manifest, name)


def read_verified(manifest: ModelManifest, name: str) -> bytes:
    """The bytes of a model file, checked: what was hashed is what is returned.

    Raises:
        ModelError: If the file is missing or differs from the manifest.
    """
    path = manifest.folder / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(
            message("The model file {file} is missing.", file=path),
            message("Install the model again."),
        ) from error
    if hashlib.sha256(content).hexdigest() != manifest.sha256[name]:
        raise ModelError(
            message("The model file {file} is damaged: it differs from its manifest.", file=path),
            message("Install the model again."),
        )
    return content


def install(folder: Path) -> ModelManifest:
    """Check a model folder and copy it to the user's models.

    A folder without a manifest may hold the weights that one of `unfinished_models` lacks.

    Returns:
        The manifest of the copy.

    Raises:
        ModelError: If the folder is no sound model, or its id is taken.
    """
    if not (folder / "model.json").exists():
        for unfinished in unfinished_models():
            lacking = missing_weights(unfinished)
            if all((folder / name).exists() for name in lacking):
                return _copied(unfinished, dict.fromkeys(lacking, folder))
    manifest = load_manifest(folder)
    if any(model.id == manifest.id for model in installed_models()):
        raise ModelError(
            message("A model {id!r} is installed already.", id=manifest.id),
            message("Remove its folder first."),
        )
    return _copied(manifest, {})


def _copied(manifest: ModelManifest, elsewhere: Mapping[str, Path]) -> ModelManifest:
    """A checked copy among the user's models; some files may lie in other folders."""
    parent = user_models_dir()
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".install-", dir=parent) as staged:
            copy = Path(staged) / manifest.id
            copy.mkdir()
            shutil.copyfile(manifest.folder / "model.json", copy / "model.json")
            for name in manifest.sha256:
                source = replace(manifest, folder=elsewhere.get(name, manifest.folder))
                (copy / name).write_bytes(read_verified(source, name))
            patiently(lambda: copy.rename(parent / manifest.id))
    except OSError as error:
        raise ModelError(
            message(
                "The model cannot be copied to {parent} ({error}).", parent=parent, error=error
            ),
            message("Free some space or check rights."),
        ) from error
    return load_manifest(parent / manifest.id)
