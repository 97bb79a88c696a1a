from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from focusstack_app.core.assets import models_dir
from focusstack_app.core.errors import ModelError
from focusstack_app.core.fusion import DEFAULT_MODEL_ID
from focusstack_app.inference import manifest as manifests

SHIPPED = models_dir() / DEFAULT_MODEL_ID


@pytest.fixture
def user_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "user"
    monkeypatch.setattr(manifests, "user_models_dir", lambda: place)
    return place


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(SHIPPED, folder)
    change(folder, id="mine")
    return folder


def change(folder: Path, **facts: object) -> None:
    path = folder / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


def test_the_shipped_model_is_sound() -> None:
    manifest = manifests.find_model(DEFAULT_MODEL_ID)
    manifests.verify(manifest)
    assert manifest.slots == 7


def test_a_changed_file_is_found(copy: Path) -> None:
    path = copy / "decoder.onnx"
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"decoder\.onnx is damaged"):
        manifests.verify(manifests.load_manifest(copy))


def test_a_missing_file_is_found(copy: Path) -> None:
    (copy / "fusion.onnx").unlink()
    with pytest.raises(ModelError, match=r"fusion\.onnx is missing"):
        manifests.verify(manifests.load_manifest(copy))


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": "other-2"},
        {"slots": "many"},
        {"slots": 0},
        {"scale": 0},
        {"scale": float("inf")},
        {"tile_px": 10**30},
        {"sha256": None},
        {"sha256": {}},
        {"id": "../up"},
        {"id": ".hidden"},
        {"id": "two\nlines"},
        {"id": "nul\0"},
        {"id": "\ud800"},
    ],
)
def test_a_manifest_that_is_not_understood_is_refused(copy: Path, facts: dict[str, object]) -> None:
    change(copy, **facts)
    with pytest.raises(ModelError, match=r"model\.json"):
        manifests.load_manifest(copy)


def test_a_damaged_manifest_hides_no_other_model(copy: Path, user_models: Path) -> None:
    user_models.mkdir()
    shutil.copytree(copy, user_models / "broken")
    (user_models / "broken" / "model.json").write_text("[" * 100_000)
    assert DEFAULT_MODEL_ID in [model.id for model in manifests.installed_models()]
    with pytest.raises(ModelError, match="cannot be read as a model manifest"):
        manifests.load_manifest(user_models / "broken")


def test_a_manifest_that_does_not_say_how_far_the_decoder_reaches_means_anywhere(
    copy: Path,
) -> None:
    path = copy / "model.json"
    card = json.loads(path.read_text(encoding="utf-8"))
    del card["decoder_reach"]
    path.write_text(json.dumps(card), encoding="utf-8")
    assert manifests.load_manifest(copy).decoder_reach == card["tile_px"]


def test_install_copies_a_sound_model(copy: Path, user_models: Path) -> None:
    installed = manifests.install(copy)
    assert installed.folder == user_models / "mine"
    assert manifests.find_model("mine") == installed
    assert [path.name for path in user_models.iterdir()] == ["mine"]


def test_install_refuses_what_is_there_already(user_models: Path) -> None:
    with pytest.raises(ModelError, match="installed already"):
        manifests.install(SHIPPED)
    assert not user_models.exists()


def test_a_damaged_model_is_not_installed(copy: Path, user_models: Path) -> None:
    (copy / "encoder.onnx").write_bytes(b"")
    with pytest.raises(ModelError, match="damaged"):
        manifests.install(copy)
    assert not any(user_models.iterdir())


def test_an_unknown_model_is_named() -> None:
    with pytest.raises(ModelError, match="'nobody'"):
        manifests.find_model("nobody")
