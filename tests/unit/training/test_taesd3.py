from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from focusstack_app.training.taesd3 import DECODER_REACH, HALO_PX, SCALE, Decoder, Encoder, load

WEIGHTS = Path(__file__).parents[4] / "shared" / "data" / "models"
KODAK = WEIGHTS.parent / "kodak"


@pytest.fixture
def parts() -> tuple[Encoder, Decoder]:
    torch.manual_seed(0)
    return Encoder().eval(), Decoder().eval()


def test_shapes_and_sizes_are_those_of_the_paper(parts: tuple[Encoder, Decoder]) -> None:
    encoder, decoder = parts
    with torch.no_grad():
        latent = encoder(torch.rand(1, 3, 32, 48))
        assert latent.shape == (1, 16, 4, 6)
        assert decoder(latent).shape == (1, 3, 32, 48)
    for part in parts:  # method.md: about 1.2 M weights each way
        assert 1.1e6 < sum(p.numel() for p in part.parameters()) < 1.3e6


def test_a_latent_depends_on_no_pixel_beyond_the_halo(parts: tuple[Encoder, Decoder]) -> None:
    encoder = parts[0]
    pixels = torch.rand(1, 3, SCALE, 8 * SCALE + HALO_PX, requires_grad=True)
    encoder(pixels)[..., 2].sum().backward()
    assert pixels.grad is not None
    reached = pixels.grad.abs().sum(dim=(0, 1, 2)).nonzero().max()
    assert reached < 3 * SCALE + HALO_PX
    assert reached >= 3 * SCALE + HALO_PX - 16  # and the halo is not much too large


def test_a_pixel_depends_on_no_latent_beyond_the_reach(parts: tuple[Encoder, Decoder]) -> None:
    decoder = parts[1]
    latent = torch.rand(1, 16, 1, 4 + DECODER_REACH, requires_grad=True)
    decoder(latent)[..., :SCALE].sum().backward()
    assert latent.grad is not None
    reached = int(latent.grad.abs().sum(dim=(0, 1, 2)).nonzero().max())
    assert DECODER_REACH - 2 <= reached <= DECODER_REACH


def test_weights_are_read_by_the_keys_of_the_published_files(
    parts: tuple[Encoder, Decoder], tmp_path: Path
) -> None:
    for name, part in zip(("encoder", "decoder"), parts, strict=True):
        weights = {key: value.bfloat16() for key, value in part.state_dict().items()}
        save_file(weights, tmp_path / f"taesd3_{name}.safetensors")
    encoder, decoder = load(tmp_path)
    pixels = torch.rand(1, 3, 16, 16)
    with torch.no_grad():
        mine, theirs = encoder(pixels), parts[0](pixels)
        torch.testing.assert_close(mine, theirs, atol=0.02, rtol=0.1)
        torch.testing.assert_close(decoder(theirs), parts[1](theirs), atol=0.02, rtol=0.1)


@pytest.mark.slow
def test_the_published_weights_reconstruct_a_photograph() -> None:
    import cv2

    picture = cv2.imread(str(KODAK / "3.png"))
    if picture is None or not (WEIGHTS / "taesd3_encoder.safetensors").exists():
        pytest.skip("needs the Kodak photographs and TAESD3's weights in ../shared/data")
    encoder, decoder = load(WEIGHTS)
    pixels = torch.from_numpy(picture[:256, :256, ::-1].copy()).permute(2, 0, 1)[None] / 255
    with torch.no_grad():
        error = (decoder(encoder(pixels)).clamp(0, 1) - pixels).square().mean()
    assert 27 < -10 * torch.log10(error) < 40
