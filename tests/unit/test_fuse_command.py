"""`focusstack fuse`: one stack to one picture, and what lies beside it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from focusstack_app import __version__
from focusstack_app.core.assets import models_dir
from focusstack_app.core.fusion import DEFAULT_MODEL_ID, Align, Method, Mode
from focusstack_app.io.probe import probe
from focusstack_app.jobs.project import Project, save_project
from tests.helpers.commands import PYRAMID, files_in, run
from tests.helpers.disk import FakeDisk
from tests.helpers.stacks import make_stack, write_stack, write_z_stack

needs_model = pytest.mark.skipif(
    not (models_dir() / DEFAULT_MODEL_ID / "model.json").exists(), reason="no model in models/"
)


class TestFuse:
    def test_a_folder_becomes_a_16_bit_tiff(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = tmp_path / "out.tif"
        assert run("fuse", frames, "-o", out, *PYRAMID) == 0
        picture = tifffile.imread(out)
        assert picture.shape == (64, 96, 3)
        assert picture.dtype == np.uint16
        assert str(out) in capsys.readouterr().out
        assert files_in(tmp_path) == ["out.tif"]

    def test_pages_of_one_file_are_frames(
        self, tmp_path: Path, here: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = write_z_stack(tmp_path / "bee.tif", 3)
        write_stack(tmp_path / "frames", suffix=".tif", bits=16)
        report = here / "report.json"
        for inputs in ([path], [f"{path}#2", f"{path}#3"], [tmp_path / "frames"]):
            out = here / f"out-{len(files_in(here))}.tif"
            assert run("fuse", *inputs, "-o", out, *PYRAMID, "--json", report, "--overwrite") == 0
        capsys.readouterr()
        of_file, of_two, of_frames = (tifffile.imread(p) for p in sorted(here.glob("*.tif")))
        assert np.array_equal(of_file, of_frames)
        assert not np.array_equal(of_file, of_two)
        assert run("fuse", path, "--method", "pyramid") == 0
        assert str(tmp_path / "bee_stacked.tif") in capsys.readouterr().out
        assert run("fuse", path, "-o", path, "--overwrite", *PYRAMID) == 1
        assert "is one of the frames" in capsys.readouterr().err

    def test_without_a_name_the_picture_lies_beside_the_frames(
        self, frames: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        files = sorted(frames.iterdir())
        for name in ("_stacked.tif", "_stacked_2.tif"):
            assert run("fuse", *files, *PYRAMID) == 0
            picture = frames / f"{files[0].stem}{name}"
            assert tifffile.imread(picture).shape == (64, 96, 3)
            assert str(picture) in capsys.readouterr().out

    def test_the_result_is_sharper_than_every_frame(self, frames: Path, tmp_path: Path) -> None:
        stack = make_stack()
        assert run("fuse", frames, "-o", tmp_path / "out.tif", *PYRAMID) == 0

        def error(picture: np.ndarray[tuple[int, ...], np.dtype[np.uint16]]) -> float:
            return float(np.mean((picture.astype(float) - stack.truth) ** 2))

        fused = error(tifffile.imread(tmp_path / "out.tif"))
        assert fused < 0.5 * min(error(frame) for frame in stack.frames)

    def test_files_and_16_bits_work_too(self, tmp_path: Path) -> None:
        paths = write_stack(tmp_path / "frames", suffix=".tif", bits=16)
        assert run("fuse", *paths, "-o", tmp_path / "out.tiff", *PYRAMID) == 0
        assert tifffile.imread(tmp_path / "out.tiff").dtype == np.uint16

    def test_a_project_says_which_frames_and_how_unless_an_option_does(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        paths = sorted(frames.iterdir())
        project, report = tmp_path / "beetle.fstack", tmp_path / "report.json"
        taken = (True, False, *[True] * (len(paths) - 2))
        chosen = Method.PYRAMID, Mode.STRICT, Align.OFF, 0.4
        save_project(project, Project(tuple(paths), taken, *chosen))
        command = "fuse", project, "-o", tmp_path / "out.tif", "--json", report
        assert run(*command, "--mode", "faithful") == 0
        said = json.loads(report.read_text())
        names = [Path(frame).name for frame in said["frames"]]
        assert names == [path.name for path, counts in zip(paths, taken, strict=True) if counts]
        assert said["method"] == "pyramid"

        save_project(project, Project(tuple(paths), (False,) * len(paths), *chosen), overwrite=True)
        assert run(*command, "--overwrite") == 1
        assert "No frame of" in capsys.readouterr().err

    def test_the_reference_is_named_or_that_of_the_project(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        paths, report = sorted(frames.iterdir()), tmp_path / "report.json"
        command = "-o", tmp_path / "out.tif", "--json", report, "--overwrite", *PYRAMID
        for named in (paths[1], paths[1].name):
            report.unlink(missing_ok=True)
            assert run("fuse", frames, *command, "--reference", named) == 0
            assert json.loads(report.read_text())["reference"] == 1
        project = tmp_path / "beetle.fstack"
        chosen = Method.PYRAMID, Mode.STRICT, Align.OFF, 0.4, paths[2]
        save_project(project, Project(tuple(paths), (True,) * len(paths), *chosen))
        assert run("fuse", project, *command) == 0
        assert json.loads(report.read_text())["reference"] == 2
        assert run("fuse", project, *command, "--reference", paths[0]) == 0
        assert json.loads(report.read_text())["reference"] == 0
        assert run("fuse", frames, *command, "--reference", tmp_path / "b.tif") == 1
        assert "b.tif is not one of the frames." in capsys.readouterr().err

    def test_a_project_of_another_system(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        project, out = tmp_path / "BEETLE.FSTACK", tmp_path / "out.tif"
        paths, chosen = tuple(frames.iterdir()), (Method.PYRAMID, Mode.STRICT, Align.OFF, 0.4)
        save_project(project, Project(paths, (True,) * len(paths), *chosen))
        assert run("fuse", project, "-o", out) == 0
        paths = (tmp_path / "/".join(["deep"] * 3000) / "a.jpg",)
        save_project(project, Project(paths, (True,), *chosen), overwrite=True)
        assert run("fuse", project, "-o", out, "--overwrite") == 1
        assert "a.jpg cannot be reached: File name too long." in capsys.readouterr().err

    def test_slabs_lie_beside_the_picture(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        frames = write_stack(tmp_path / "frames", 7)
        out, report = tmp_path / "out.tif", tmp_path / "report.json"
        command = ["fuse", *frames, "-o", out, "--method", "pyramid", "--json", report]
        assert run(*command, "--slabs", "3:1") == 0
        slabs = [f"out-slab-0{number}.tif" for number in (1, 2, 3)]
        assert files_in(tmp_path) == [*slabs, "out.tif", "report.json"]
        assert "out.tif and 3 slabs" in capsys.readouterr().out
        pictures = [tifffile.imread(tmp_path / name) for name in ("out.tif", *slabs)]
        assert len({picture.shape for picture in pictures}) == 1
        told = json.loads(report.read_text())
        assert [slab["output"] for slab in told["slabs"]] == [str(tmp_path / n) for n in slabs]
        assert [Path(frame).name for frame in told["slabs"][1]["frames"]] == [
            f"frame_{number}.png" for number in (3, 4, 5)
        ]
        assert all(slab["registration_reused"] for slab in told["slabs"])
        assert len(told["frames"]) == 7
        made = probe(tmp_path / slabs[1])
        assert made.is_result
        with tifffile.TiffFile(tmp_path / slabs[1]) as file:
            assert "slab 2, 3 to 5 of 7" in file.pages.first.description

    def test_a_stereo_pair_lies_beside_the_picture(self, frames: Path, tmp_path: Path) -> None:
        report, pair = tmp_path / "report.json", tmp_path / "pair.png"
        command = ["fuse", frames, *PYRAMID, "--overwrite", "-o", tmp_path / "out.tif"]
        assert run(*command, "--stereo", pair, "--bits", "8", "--json", report) == 0
        assert files_in(tmp_path) == ["out.tif", "pair.png", "report.json"]
        assert json.loads(report.read_text())["stereo"] == str(pair)
        made = probe(pair)
        width, height = probe(tmp_path / "out.tif").size_px
        assert made.is_result
        assert made.size_px == (2 * width, height)
        first = pair.read_bytes()
        assert run(*command, "--stereo", pair, "--bits", "8", "--nearest", "first") == 0
        nearest_first = pair.read_bytes()
        assert run(*command, "--stereo", pair, "--bits", "8", "--nearest", "last") == 0
        assert (first == nearest_first) != (first == pair.read_bytes())  # it was one of both
        wider = ("--parallax", "6", "--nearest", "first")
        assert run(*command, "--stereo", pair, "--bits", "8", *wider) == 0
        assert pair.read_bytes() != nearest_first

    @pytest.mark.parametrize(
        "how", [("--nearest", "last"), ("--parallax", "5"), ("--stereo-kind", "crossed")]
    )
    def test_how_a_stereo_view_is_to_be_needs_its_file(
        self, frames: Path, tmp_path: Path, how: tuple[str, str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        """It is said before the work, which may be long."""
        assert run("fuse", frames, *PYRAMID, "-o", tmp_path / "out.tif", *how) == 1
        assert "Add --stereo PATH." in capsys.readouterr().err
        assert files_in(tmp_path) == []

    def test_a_stereo_view_is_written_with_the_picture_or_not_at_all(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        command = ["fuse", frames, *PYRAMID, "-o", tmp_path / "out.tif", "--stereo"]
        assert run(*command, tmp_path / "rocking.tif", "--stereo-kind", "rocking") == 1
        assert "one of these endings: .webp, .gif" in capsys.readouterr().err
        taken = tmp_path / "rocking.webp"
        taken.write_bytes(b"mine")
        assert run(*command, taken, "--stereo-kind", "rocking") == 1
        assert "rocking.webp already exists" in capsys.readouterr().err
        assert files_in(tmp_path) == ["rocking.webp"]
        assert run(*command, taken, "--stereo-kind", "rocking", "--overwrite") == 0
        assert taken.read_bytes() != b"mine"

    def test_slabs_are_written_with_the_picture_or_not_at_all(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        frames = write_stack(tmp_path / "frames", 7)
        command = ["fuse", *frames, "-o", tmp_path / "out.tif", *PYRAMID, "--slabs"]
        assert run(*command, "7:1") == 1
        assert "one slab of 7 is all of it" in capsys.readouterr().err
        taken = tmp_path / "out-slab-02.tif"
        taken.write_bytes(b"mine")
        assert run(*command, "3:1") == 1
        assert "out-slab-02.tif already exists" in capsys.readouterr().err
        assert files_in(tmp_path) == ["out-slab-02.tif"]
        assert run(*command, "3:1", "--overwrite") == 0
        assert taken.read_bytes() != b"mine"

    @pytest.mark.parametrize("text", ["3:3", "1", "a", "4:-1", "4:", "4:x", ":2"])
    def test_slabs_that_make_no_sense_are_wrong_usage(self, frames: Path, text: str) -> None:
        with pytest.raises(SystemExit) as stopped:
            run("fuse", frames, *PYRAMID, "--slabs", text)
        assert stopped.value.code == 2

    def test_maps_and_report_are_written(self, frames: Path, tmp_path: Path) -> None:
        out, prov, depth, report = (
            tmp_path / name for name in ("out.tif", "prov.png", "depth.tif", "report.json")
        )
        arguments = ["--provenance", prov, "--depth", depth, "--json", report, "--device", "cpu"]
        assert run("fuse", frames, "-o", out, *arguments, *PYRAMID) == 0
        with Image.open(prov) as image:
            assert (image.mode, image.size) == ("RGB", (96, 64))
        assert tifffile.imread(depth).dtype == np.uint16
        told = json.loads(report.read_text(encoding="utf-8"))
        assert told["focusstack_app"] == __version__
        assert told["output"] == str(out)
        assert [Path(name).name for name in told["frames"]] == files_in(frames)
        assert told["method"] == "pyramid"
        assert told["device"]
        assert told["peak_memory_bytes"] > 0
        assert told["timings_s"]
        assert told["seconds"] > 0
        assert isinstance(told["warnings"], list)

    def test_temporary_files_go_where_they_are_to(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        arguments = [frames, "-o", tmp_path / "out.tif", *PYRAMID, "--memory", "0.000001"]
        place = tmp_path / "place"
        assert run("fuse", *arguments, "--temporary", place) == 1
        error = capsys.readouterr().err
        assert str(place) in error
        assert "choose another folder" in error
        place.mkdir()
        assert run("fuse", *arguments, "--temporary", place) == 0
        assert not list(place.iterdir())

    def test_a_pipe_gets_plain_progress_lines(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run("fuse", frames, "-o", tmp_path / "out.tif", *PYRAMID) == 0
        progress = capsys.readouterr().err
        assert " %  " in progress
        assert "\r" not in progress

    def test_one_frame_comes_back_as_it_is_with_a_warning(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (frame,) = write_stack(tmp_path / "frames", 1, suffix=".tif", bits=16)
        assert run("fuse", frame, "-o", tmp_path / "out.tif", *PYRAMID) == 0
        assert np.array_equal(tifffile.imread(tmp_path / "out.tif"), tifffile.imread(frame))
        assert "warning: " in capsys.readouterr().err

    def test_a_disk_without_room_is_told_before_the_work(
        self,
        frames: Path,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        FakeDisk(monkeypatch, 1000)
        assert run("fuse", frames, "-o", tmp_path / "out.tif", *PYRAMID) == 1
        assert "There is too little room in" in capsys.readouterr().err.splitlines()[0]

    @needs_model
    @pytest.mark.parametrize("mode", ["faithful", "strict", "generative"])
    def test_every_mode_runs_with_the_shipped_model(
        self, frames: Path, tmp_path: Path, mode: str
    ) -> None:
        out = tmp_path / "out.tif"
        arguments = ["--mode", mode, "--align", "off", "--device", "cpu"]
        assert run("fuse", frames, "-o", out, *arguments) == 0
        assert tifffile.imread(out).shape == (64, 96, 3)


class TestFormats:
    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("a.png", "16 bit"),
            ("a.jpg", "8 bit"),
            ("a.webp", "8 bit"),
            ("a.jxl", "16 bit"),
            ("a.dng", "16 bit"),
        ],
    )
    def test_the_suffix_decides(
        self,
        frames: Path,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        name: str,
        words: str,
    ) -> None:
        assert run("fuse", frames, "-o", tmp_path / name, *PYRAMID) == 0
        assert words in capsys.readouterr().out
        assert probe(tmp_path / name).size_px == (96, 64)

    @pytest.mark.parametrize("quality", ["0", "101", "good"])
    def test_quality_has_a_range(self, frames: Path, tmp_path: Path, quality: str) -> None:
        with pytest.raises(SystemExit) as stopped:
            run("fuse", frames, "-o", tmp_path / "a.jpg", "--quality", quality)
        assert stopped.value.code == 2


class TestAlignment:
    PYRAMID = ("--method", "pyramid")

    def test_a_saved_alignment_gives_the_same_picture_again(
        self, frames: Path, tmp_path: Path
    ) -> None:
        kept, report = tmp_path / "kept.json", tmp_path / "report.json"
        first, second = tmp_path / "a.tif", tmp_path / "b.tif"
        assert run("fuse", frames, "-o", first, "--save-alignment", kept, *self.PYRAMID) == 0
        call = ["fuse", frames, "-o", second, "--alignment", kept, "--json", report]
        assert run(*call, *self.PYRAMID) == 0
        assert json.loads(report.read_text(encoding="utf-8"))["registration_reused"] is True
        np.testing.assert_array_equal(tifffile.imread(first), tifffile.imread(second))

    def test_a_frame_that_was_left_out_is_left_out_again(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with Image.open(frames / "frame_1.png") as picture:
            Image.fromarray(np.asarray(picture) // np.uint8(100)).save(frames / "frame_9.png")
        kept, first, second = (tmp_path / name for name in ("kept.json", "1.tif", "2.tif"))
        assert run("fuse", frames, "-o", first, "--save-alignment", kept, *self.PYRAMID) == 0
        assert "frame_9.png was left out" in capsys.readouterr().err
        assert run("fuse", frames, "-o", second, "--alignment", kept, *self.PYRAMID) == 0
        assert "frame_9.png is left out, as it was" in capsys.readouterr().err
        np.testing.assert_array_equal(tifffile.imread(first), tifffile.imread(second))

    def test_what_it_says_is_done(self, frames: Path, tmp_path: Path) -> None:
        kept = tmp_path / "kept.json"
        call = ["fuse", frames, "--no-crop", *self.PYRAMID]
        assert run(*call, "-o", tmp_path / "a.tif", "--save-alignment", kept) == 0
        document = json.loads(kept.read_text(encoding="utf-8"))
        for frame in document["frames"][1:]:
            frame["gains"] = [0.5, 0.5, 0.5]
        kept.write_text(json.dumps(document), encoding="utf-8")
        assert run(*call, "-o", tmp_path / "b.tif", "--alignment", kept) == 0
        bright, dark = (tifffile.imread(tmp_path / name).mean() for name in ("a.tif", "b.tif"))
        assert dark < 0.8 * bright

    def test_one_that_does_not_fit_is_refused_before_any_work(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        kept, out = tmp_path / "kept.json", tmp_path / "out.tif"
        some = [frames / "frame_1.png", frames / "frame_2.png"]
        assert run("fuse", *some, "-o", out, "--save-alignment", kept, *self.PYRAMID) == 0
        out.unlink()
        capsys.readouterr()
        assert run("fuse", frames, "-o", out, "--alignment", kept, *self.PYRAMID) == 1
        complaint = capsys.readouterr().err
        assert "kept.json does not know" in complaint
        assert "frame_3.png" in complaint
        assert len(complaint.splitlines()) == 1
        assert files_in(tmp_path) == ["kept.json"]

    def test_without_aligning_there_is_none(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        kept, out = tmp_path / "kept.json", tmp_path / "out.tif"
        assert run("fuse", frames, "-o", out, "--save-alignment", kept, *PYRAMID) == 1
        assert "--align auto" in capsys.readouterr().err
        one = frames / "frame_1.png"
        assert run("fuse", one, "-o", out, "--save-alignment", kept, *self.PYRAMID) == 1
        assert "One frame" in capsys.readouterr().err
        assert files_in(tmp_path) == []
