from __future__ import annotations

import pytest
import torch
from torch import nn

from focusstack_app.inference.network import (
    CellSelection,
    Decoder,
    Encoder,
    FusionModule,
    Selection,
    fine_plane,
)

CHANNELS = 16


def _basis(channels: int) -> torch.Tensor:
    """Orthonormal rows."""
    torch.manual_seed(1)
    basis: torch.Tensor = torch.linalg.qr(torch.randn(192, channels)).Q
    return basis.T.contiguous()


def _woken(module: nn.Module) -> nn.Module:
    """The module with random weights where it starts at zero, so that every path counts."""
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.ndim > 1 and not parameter.any():
                parameter.normal_(0, 0.1)
    return module.eval()


@pytest.fixture(params=[Selection, CellSelection])
def selection(request: pytest.FixtureRequest) -> Selection | CellSelection:
    made: Selection | CellSelection = request.param(
        _basis(CHANNELS) if request.param is Selection else CHANNELS
    )
    return made


def test_the_fusion_depends_neither_on_slot_order_nor_on_the_duplicate(
    selection: Selection | CellSelection,
) -> None:
    module = _woken(FusionModule(selection))
    frames = torch.randn(3, CHANNELS, 16, 24)

    def fused(slots: list[int]) -> torch.Tensor:
        shares = torch.tensor([[1 / slots.count(i) for i in slots]])
        with torch.no_grad():
            latent, weights, carriers, mix = module(frames[slots][None], shares)
        assert torch.allclose(weights.sum(1), torch.ones_like(weights[:, 0]), atol=1e-5)
        assert torch.allclose(carriers.sum(1), torch.ones_like(carriers[:, 0]), atol=1e-5)
        return torch.cat([latent.flatten(), mix.flatten()])

    one = fused([0, 1, 2, 0, 1, 2, 0])
    assert torch.allclose(fused([2, 1, 0, 0, 1, 2, 0]), one, atol=1e-4)
    assert torch.allclose(fused([1, 1, 1, 0, 1, 2, 1]), one, atol=1e-4)


def test_seven_equal_frames_fuse_to_themselves_before_training(
    selection: Selection | CellSelection,
) -> None:
    latent = torch.randn(1, 1, CHANNELS, 16, 16)
    with torch.no_grad():
        fused = FusionModule(selection)(
            latent.expand(-1, 7, -1, -1, -1), torch.full((1, 7), 1 / 7)
        )[0]
    assert torch.allclose(fused, latent[:, 0], atol=1e-4)


def test_cells_are_chosen_without_loss_within_a_block() -> None:
    basis = _basis(192)
    encoder, decoder = Encoder(basis, torch.zeros(192)), Decoder(basis, torch.zeros(192))
    one, two = torch.rand(2, 1, 3, 32, 40)
    left = (torch.arange(20) < 9).float().expand(1, 1, 16, 20)  # an edge amid a block
    weights = torch.cat([left, 1 - left], 1)
    with torch.no_grad():
        latents = torch.stack([encoder(one), encoder(two)], 1)
        chosen = decoder(Selection(basis)(latents, weights))
    assert torch.allclose(chosen[..., :18], one[..., :18], atol=1e-4)
    assert torch.allclose(chosen[..., 18:], two[..., 18:], atol=1e-4)


def test_an_orthonormal_basis_of_all_components_loses_nothing() -> None:
    basis = _basis(192)
    mean = torch.rand(192)
    pixels = torch.rand(1, 3, 32, 40)
    with torch.no_grad():
        decoded = Decoder(basis, mean)(Encoder(basis, mean)(pixels))
    assert torch.allclose(decoded, pixels, atol=1e-4)


def test_fine_planes_have_no_lattice_of_cells() -> None:
    torch.manual_seed(0)
    lattice = torch.randn(1, 16, 1, 1).expand(1, 16, 12, 12)
    torch.testing.assert_close(fine_plane(lattice), lattice.mean().expand(1, 1, 48, 48))


def test_fine_planes_keep_slopes_and_outlines() -> None:
    ramp = torch.arange(48.0).expand(1, 1, 48, 48)
    fine = fine_plane(nn.functional.pixel_unshuffle(ramp, 4))
    torch.testing.assert_close(fine[..., 16:-16], ramp[..., 16:-16])
    disc = ((torch.arange(96.0) - 47).square() + (torch.arange(96.0)[:, None] - 40).square()) < 700
    plane = 10 * disc.float()[None, None]
    fine = fine_plane(nn.functional.pixel_unshuffle(plane, 4))
    assert ((fine > 5) == disc).float().mean() > 0.99
