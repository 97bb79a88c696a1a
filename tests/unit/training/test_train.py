from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file

from focusstack_app.core.errors import ModelError
from focusstack_app.core.fusion import Mode
from focusstack_app.core.model import FloatArray
from focusstack_app.core.progress import Progress
from focusstack_app.engine import composite as engine
from focusstack_app.engine import encode
from focusstack_app.engine.latent_fusion import LatentFusion
from focusstack_app.engine.pixels import to_uint16
from focusstack_app.inference import manifest as manifest_module
from focusstack_app.inference.manifest import (
    find_model,
    install,
    load_manifest,
    unfinished_models,
)
from focusstack_app.inference.onnx import OnnxModel
from focusstack_app.training import taesd3
from focusstack_app.training.end_to_end import Fusion, composite, shares_of
from focusstack_app.training.runs import (
    load_run,
    start_from_model,
    start_run,
    start_with_taesd3,
)
from focusstack_app.training.samples import batch_of, by_frame_count, planes_of
from focusstack_app.training.train import main, train_fusion
from focusstack_app.training.validation import reconstruction_rmse
from tests.helpers.stacks import make_stack, write_picture


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    for seed, count in enumerate((2, 5)):
        stack = make_stack(count, width_px=64, height_px=64, seed=seed)
        frames = np.stack([_eight_bits(frame) for frame in stack.frames])
        np.savez(
            folder / f"{seed}.npz",
            frames=frames,
            truth=_eight_bits(stack.truth),
            owner=np.repeat(np.arange(64, dtype=np.uint8) // 8 % count, 64).reshape(64, 64),
            focus=np.arange(count, dtype=np.float32),
        )
    return folder


def _eight_bits(pixels: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """A little smoothed: pure noise is no photograph."""
    smooth = cv2.GaussianBlur(pixels / np.float32(257), (0, 0), 1.2)
    return np.asarray(np.rint(smooth), dtype=np.uint8)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    photograph = folder / "photograph.png"
    write_picture(photograph, make_stack(1, width_px=160, height_px=160, seed=3).truth)
    start_run(folder / "run", [photograph])
    return folder / "run"


def test_the_differentiable_composite_is_that_of_the_engine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Of these random pictures no veil could be credible; scenes to train with have no others.
    monkeypatch.setattr(
        "focusstack_app.engine.composite.credible", lambda own, _: np.ones_like(own.matte)
    )
    monkeypatch.setattr("focusstack_app.engine.veil._LEAST_LIGHT", -1e6)
    torch.manual_seed(0)
    frames, decoded = 0.1 + 0.9 * torch.rand(1, 3, 3, 96, 96), torch.rand(1, 3, 96, 96)
    weights, carriers = torch.rand(2, 1, 3, 48, 48).softmax(2)
    mix = 0.5 * torch.rand(1, 2, 48, 48)
    focus = torch.tensor([[12.0, 0.0, 5.0]])
    strict, unveiled, faithful = composite(
        frames, Fusion(decoded, weights, carriers, mix, torch.zeros(1)), focus, rmse=0.01
    )

    def picture(mode: Mode, mix: FloatArray) -> FloatArray:
        fusion = LatentFusion(
            decoded[0].permute(1, 2, 0).numpy(), list(weights[0].numpy()),
            list(carriers[0].numpy()), mix, 2,
        )  # fmt: skip
        return engine.composite(
            fusion,
            [to_uint16(frame.permute(1, 2, 0).numpy()) for frame in frames[0]],
            focus=focus[0].numpy().astype(np.float64),
            agreement_rmse=0.01,
            mode=mode,
            progress=Progress(),
        )[0]

    alone = np.stack([np.ones((48, 48)), np.zeros((48, 48))]).astype(np.float32)
    for mine, theirs, furthest in (
        (strict, picture(Mode.STRICT, alone), 1e-3),
        (unveiled, picture(Mode.FAITHFUL, alone), 0.05),  # discs as kernels there, as spectra here
        (faithful, picture(Mode.FAITHFUL, mix[0].numpy()), 0.02),
    ):
        np.testing.assert_allclose(mine[0].permute(1, 2, 0), theirs, atol=furthest)


def test_duplicates_share_one_vote() -> None:
    shares = shares_of(torch.tensor([[0, 1, 2, 0, 0, 1, 2]]))
    torch.testing.assert_close(shares[0, :3], torch.tensor([1 / 3, 1 / 2, 1 / 2]))


def test_a_batch_pads_the_smaller_stacks(samples: Path) -> None:
    assert by_frame_count(samples.glob("*.npz")) == {2: [samples / "0.npz"], 5: [samples / "1.npz"]}
    frames, slots, *_ = batch_of([samples / "0.npz", samples / "1.npz"], None)
    assert frames.shape == (2, 5, 3, 64, 64)
    assert slots.tolist() == [[0, 1, 0, 1, 0], [0, 1, 2, 3, 4]]
    assert torch.equal(frames[0, 0], frames[0, 2])


def test_a_batch_turns_frames_and_truth_alike(samples: Path) -> None:
    path = samples / "0.npz"
    frames, _, truth, *_ = batch_of([path], None)
    plain = (frames[0, 0] - truth[0]).square().mean()
    for seed in range(12):
        turned, numbers, target, *_ = batch_of([path], np.random.default_rng(seed))
        first = turned[0, numbers[0].tolist().index(0)]
        assert (first - target[0]).square().mean() < 1.5 * plain + 1e-3


@pytest.mark.timeout(300)  # export and training on a busy machine
def test_training_resumes_and_its_export_runs(samples: Path, run: Path, tmp_path: Path) -> None:
    before = load_run(run)[0].fusion.logits.weight.detach().clone()
    for _ in range(2):
        train_fusion(samples, samples, run, minutes=0.01, batch=1, rmse=0.01)
    network, average, facts = load_run(run)
    assert int(facts["steps"]) >= 2
    assert not torch.equal(before, network.fusion.logits.weight)
    assert not torch.equal(average["fusion.logits.weight"], network.fusion.logits.weight)
    with (run / "fusion.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == sorted({int(row["step"]) for row in rows})
    assert all(float(row["oracle"]) >= float(row["laplacian"]) for row in rows)
    assert cv2.imread(str(run / "fusion.png")) is not None

    folder = tmp_path / "vaeedof-test"
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    write_picture(pictures / "a.png", make_stack(1, width_px=100, height_px=70, seed=9).truth)
    arguments = ["--run", str(run), "--model", str(folder), "--pictures", str(pictures)]
    assert main(["export", *arguments, "--version", "9"]) == 0
    manifest = load_manifest(folder)
    assert manifest.card["steps"] == facts["steps"]
    assert 0 < manifest.reconstruction_rmse < 0.3
    start_from_model(tmp_path / "onward", folder)
    onward, _, facts_again = load_run(tmp_path / "onward")
    assert facts_again["steps"] == facts["steps"]
    for name, value in onward.state_dict().items():
        torch.testing.assert_close(value, average[name], atol=1e-6, rtol=1e-5)
    model = OnnxModel(manifest)
    pixels = np.random.default_rng(0).random((512, 512, 3), dtype=np.float32)
    latent = model.encode(pixels)
    fused = model.fuse(np.stack([latent] * 7))
    assert fused.mix.shape[1:] == fused.weights.shape[1:] == (256, 256)
    assert model.decode(fused.latent).shape == pixels.shape


def test_the_decoder_learns_to_give_photographs_back(run: Path, tmp_path: Path) -> None:
    photographs = run.parent / "photographs"
    photographs.mkdir()
    for seed in range(2):
        picture = _eight_bits(make_stack(1, width_px=420, height_px=420, seed=seed).truth)
        cv2.imwrite(str(photographs / f"{seed}.jpg"), picture)
        cv2.imwrite(str(tmp_path / f"{seed}.png"), picture)
    arguments = ["--run", str(tmp_path / "run"), "--photographs", str(photographs)]
    arguments += ["--pictures", str(tmp_path), "--batch", "2", "--rate", "0.003"]
    assert main(["autoencoder", *arguments, "--minutes", "0.1"]) == 0
    before, average, facts = load_run(tmp_path / "run")
    start_run(tmp_path / "fresh", sorted(photographs.glob("*.jpg")))
    fresh = load_run(tmp_path / "fresh")[0]
    pictures = sorted(tmp_path.glob("*.png"))
    before.load_state_dict(average)
    assert int(facts["steps"]) > 5
    assert reconstruction_rmse(before, pictures) < reconstruction_rmse(fresh, pictures)


@pytest.mark.timeout(300)  # export and training on a busy machine
def test_a_fusion_between_taesd3_is_trained_with_kept_latents_and_installed(
    samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    for name, part in (("encoder", taesd3.Encoder()), ("decoder", taesd3.Decoder())):
        weights = {key: value.bfloat16() for key, value in part.state_dict().items()}
        save_file(weights, tmp_path / f"taesd3_{name}.safetensors")
    start_with_taesd3(tmp_path / "run", tmp_path)
    kept = tmp_path / "latents"
    arguments = ["--taesd3", str(tmp_path), "--samples", str(samples)]
    assert main(["latents", *arguments, "--out", str(kept)]) == 0
    network = load_run(tmp_path / "run")[0]
    batch = batch_of([kept / "1.npz"], np.random.default_rng(0))
    assert batch.latents is not None
    with torch.no_grad():
        again = network.encoder(batch.frames[0])
    torch.testing.assert_close(batch.latents[0], again, atol=5e-3, rtol=5e-3)
    train_fusion(kept, kept, tmp_path / "run", minutes=0.02, batch=1, rmse=0.035)
    trained, _, facts = load_run(tmp_path / "run")
    assert int(facts["steps"]) >= 1
    for name, value in network.decoder.state_dict().items():
        assert torch.equal(value, trained.decoder.state_dict()[name])
    assert not torch.equal(network.fusion.logits.weight, trained.fusion.logits.weight)

    pictures = tmp_path / "pictures"
    pictures.mkdir()
    write_picture(pictures / "a.png", make_stack(1, width_px=96, height_px=64, seed=9).truth)
    shipped = tmp_path / "shipped" / "vaeedof-paper"
    arguments = ["--run", str(tmp_path / "run"), "--model", str(shipped), "--version", "1"]
    arguments += ["--pictures", str(pictures), "--taesd3", str(tmp_path), "--rmse", "0.035"]
    assert main(["export", *arguments]) == 0
    assert (shipped / "encoder.onnx").stat().st_size < 100_000  # no weights that are not ours
    monkeypatch.setattr(manifest_module, "models_dir", lambda: shipped.parent)
    monkeypatch.setattr(manifest_module, "user_models_dir", lambda: tmp_path / "user")
    assert [model.id for model in unfinished_models()] == ["vaeedof-paper"]
    with pytest.raises(ModelError, match=r"lacks taesd3_encoder\.safetensors"):
        find_model("vaeedof-paper")
    install(tmp_path)
    assert unfinished_models() == []
    model = OnnxModel(find_model("vaeedof-paper"))
    pixels = torch.rand(1, 3, 64, 96)
    latent = model.encode(pixels[0].permute(1, 2, 0).numpy())
    with torch.no_grad():
        expected = trained.encoder(pixels)
        decoded = trained.decoder(expected)
    np.testing.assert_allclose(latent, expected[0], atol=1e-4)
    planes = model.decode(latent).transpose(2, 0, 1)
    np.testing.assert_allclose(planes, decoded[0], atol=1e-3)

    # Small pieces, each with its halo, give what the whole gives.
    monkeypatch.setattr(encode, "_ENCODE_PX", 64)
    model.manifest = replace(model.manifest, tile_px=64)
    frame = np.random.default_rng(0).integers(0, 256, (76, 400, 3), dtype=np.uint8)
    with torch.no_grad():
        padded = cv2.copyMakeBorder(frame, 0, 4, 0, 0, cv2.BORDER_REFLECT)
        whole = trained.encoder(planes_of(padded[None]))[0]
    np.testing.assert_allclose(encode.encode_frame(model, frame, Progress()), whole, atol=1e-4)
