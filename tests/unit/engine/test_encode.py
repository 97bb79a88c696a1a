from __future__ import annotations

import numpy as np

from focusstack_app.core.model import FloatArray
from focusstack_app.engine.encode import reconstruction_error
from tests.helpers.models import IdentityModel


def test_the_safeguard_measures_what_the_autoencoder_loses() -> None:
    class Darker(IdentityModel):
        def decode(self, latent: FloatArray) -> FloatArray:
            return super().decode(latent) - np.float32(0.1)

    frame = np.full((90, 70, 3), 40000, np.uint16)
    assert reconstruction_error(IdentityModel(), frame)[1] < 1e-6
    error, rmse = reconstruction_error(Darker(), frame)
    assert error.shape == (64, 64)
    assert abs(rmse - 0.1) < 1e-5
