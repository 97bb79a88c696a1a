from __future__ import annotations

import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest

from focusstack_app.training.evaluate import load_scene
from focusstack_app.training.lens import Array
from focusstack_app.training.scene import SceneSpec
from focusstack_app.training.scenes import (
    Library,
    continuous_scene,
    files_in,
    main,
    matting_scene,
    write_scene,
)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    for kind, channels, count in (("backgrounds", 3, 3), ("cutouts", 4, 15)):
        (folder / kind).mkdir()
        for number in range(count):
            pixels = rng.integers(0, 256, (12, 16, channels)).astype(np.uint8)
            smooth = cv2.resize(pixels, (80, 60), interpolation=cv2.INTER_CUBIC)
            cv2.imwrite(str(folder / kind / f"{number:02d}.png"), smooth)
    return folder


@pytest.fixture(scope="module")
def library(pictures: Path) -> Library:
    return Library(
        files_in(pictures / "cutouts", (".png",)), files_in(pictures / "backgrounds", (".png",))
    )


def test_a_matting_scene_is_that_of_the_paper(library: Library) -> None:
    scenes = [matting_scene(library, (120, 90), 1, index) for index in range(3)]
    used = [sheet.texture for scene in scenes for sheet in scene.sheets[:-1]]
    assert len(set(used)) == 15
    for scene in scenes:
        assert len(scene.sheets) == len(scene.focus_dioptres) == 6
        assert [sheet.dioptres[0] for sheet in scene.sheets] == list(scene.focus_dioptres)
        assert list(scene.focus_dioptres) == sorted(scene.focus_dioptres, reverse=True)
        assert all(not any(sheet.dioptres[1:]) for sheet in scene.sheets)


def test_without_cutouts_photographs_are_cut_out(library: Library) -> None:
    scene = matting_scene(Library((), library.backgrounds), (120, 90), 1, 0)
    assert all(sheet.matte_seed is not None for sheet in scene.sheets[:-1])


@pytest.mark.parametrize("index", range(8))
def test_continuous_sheets_do_not_reach_through_each_other(library: Library, index: int) -> None:
    scene = continuous_scene(library, (120, 90), 2, index)
    across, down = np.meshgrid(np.linspace(-1, 1, 9), np.linspace(-1, 1, 9))
    basis = np.stack([np.ones_like(across), across, down, across**2, across * down, down**2])
    depths = [np.tensordot(sheet.dioptres, basis, 1) for sheet in scene.sheets]
    assert all((near > far).all() for near, far in itertools.pairwise(depths))
    assert depths[-1].min() > 0
    assert np.ptp(depths[0]) > 0
    assert len(scene.focus_dioptres) == 7


def test_the_command_writes_scenes_that_evaluate_reads_and_resumes(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["render", "--size", "60x44", "--quality", "32", "--out", str(tmp_path)]
    arguments += ["--backgrounds", str(pictures / "backgrounds")]
    arguments += ["--cutouts", str(pictures / "cutouts"), "--noise", "0.01", "--fstops", "4", "8"]
    assert main([*arguments, "--count", "1"]) == 0
    first = tmp_path / "lens_matting_0_0000"
    before = (first / "frame_1.png").stat().st_mtime_ns
    assert main([*arguments, "--count", "2"]) == 0
    assert "lens_matting_0_0000: there already" in capsys.readouterr().err
    assert (first / "frame_1.png").stat().st_mtime_ns == before
    folders = sorted(path.name for path in tmp_path.iterdir())
    assert folders == ["lens_matting_0_0000", "lens_matting_0_0001"]
    frames, truth = load_scene(first)
    assert len(frames) == 6
    assert truth.shape == (44, 60, 3)
    spec = SceneSpec.from_json((first / "scene.json").read_text())
    assert spec.size_px == (60, 44)
    assert spec.faults.noise == 0.01


def test_the_command_takes_the_number_of_frames(pictures: Path, tmp_path: Path) -> None:
    arguments = ["render", "--size", "60x44", "--quality", "16", "--out", str(tmp_path)]
    arguments += ["--backgrounds", str(pictures / "backgrounds"), "--count", "1"]
    assert main([*arguments, "--kind", "continuous", "--frames", "9"]) == 0
    assert len(load_scene(tmp_path / "lens_continuous_0_0000")[0]) == 9


def test_a_scene_that_fails_leaves_no_folder_under_its_name(
    library: Library, tmp_path: Path
) -> None:
    def failing(scene: SceneSpec) -> tuple[list[Array], Array]:
        raise RuntimeError(scene.kind)

    spec = matting_scene(library, (60, 44), 0, 0)
    with pytest.raises(RuntimeError):
        write_scene(spec, tmp_path / "scene", failing)
    assert not (tmp_path / "scene").exists()


@pytest.mark.parametrize("size", ["60", "60x", "axb"])
def test_a_size_that_is_none_is_refused(pictures: Path, tmp_path: Path, size: str) -> None:
    with pytest.raises(SystemExit):
        main(["render", "--count", "1", "--size", size, "--out", str(tmp_path),
              "--backgrounds", str(pictures / "backgrounds")])  # fmt: skip


def test_a_described_scene_renders_again_to_the_same_pixels(
    library: Library, tmp_path: Path
) -> None:
    spec = matting_scene(library, (60, 44), 3, 1)
    (tmp_path / "one.json").write_text(spec.to_json())
    assert main(["again", str(tmp_path / "one.json"), "--out", str(tmp_path / "a")]) == 0
    first = tmp_path / "a" / "lens_one"
    assert main(["again", str(first / "scene.json"), "--out", str(tmp_path / "b")]) == 0
    frames, _ = load_scene(first)
    again, _ = load_scene(tmp_path / "b" / "lens_lens_one")
    np.testing.assert_array_equal(frames, again)
