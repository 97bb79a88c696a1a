from __future__ import annotations

from focusstack_app.core.model import FloatArray, Fused
from focusstack_app.inference.selftest import agrees
from tests.helpers.models import IdentityModel, MeanModel


class _Wrong(IdentityModel):
    """Errs in one plane of the fusion."""

    def __init__(self, plane: str, error: float) -> None:
        super().__init__()
        self._plane, self._error = plane, error

    def fuse(self, latents: FloatArray) -> Fused:
        fused = super().fuse(latents)
        wrong: FloatArray = getattr(fused, self._plane).copy()
        wrong[..., -1, -1] += self._error
        return fused._replace(**{self._plane: wrong})


def test_a_model_agrees_with_itself() -> None:
    assert agrees(MeanModel(), MeanModel())


def test_two_models_do_not_agree() -> None:
    assert not agrees(IdentityModel(), MeanModel())


def test_one_cell_of_any_plane_counts() -> None:
    for plane in Fused._fields:
        assert agrees(_Wrong(plane, 0.005), IdentityModel())
        assert not agrees(_Wrong(plane, -0.05), IdentityModel())
        assert not agrees(_Wrong(plane, float("nan")), IdentityModel())
