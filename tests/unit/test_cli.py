from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile

from focusstack_app import cli
from focusstack_app.core.assets import models_dir, resources_dir
from focusstack_app.core.fusion import DEFAULT_MODEL_ID, Align, Method
from focusstack_app.core.output import FileFormat
from focusstack_app.io.icc import UNLABELLED
from focusstack_app.io.probe import probe
from focusstack_app.io.read import read_frame
from focusstack_app.settings.schema import ExportSettings, FusionSettings, Settings
from focusstack_app.settings.store import SettingsStore
from tests.helpers.commands import PYRAMID, files_in, run

needs_model = pytest.mark.skipif(
    not (models_dir() / DEFAULT_MODEL_ID / "model.json").exists(), reason="no model in models/"
)
needs_demo = pytest.mark.skipif(
    not list((resources_dir() / "demo").glob("frame_*")), reason="no demo stack in resources/"
)


class TestWindow:
    def test_a_missing_path_is_named(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["gone.jpg"]) == 1
        assert "gone.jpg does not exist" in capsys.readouterr().err

    def test_a_mistyped_command_is_recognised(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["fues", "a.jpg"]) == 1
        assert "Did you mean the command fuse?" in capsys.readouterr().err

    @pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux tells by environment")
    def test_no_display_is_said_in_words(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
            monkeypatch.delenv(name, raising=False)
        (tmp_path / "a.tif#2").mkdir()  # a folder, not a page
        assert cli.main([str(tmp_path / "a.tif#2")]) == 1
        assert "no display" in capsys.readouterr().err


class TestPreferences:
    def test_they_are_the_defaults_and_options_win(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        SettingsStore().save(
            Settings(
                FusionSettings(method=Method.PYRAMID, align=Align.OFF, overlap=0.4),
                ExportSettings(format=FileFormat.PNG, bits=8),
            )
        )
        report = tmp_path / "report.json"
        assert run("fuse", frames, "-o", tmp_path / "a.png", "--json", report) == 0
        assert "8 bit" in capsys.readouterr().out
        told = json.loads(report.read_text(encoding="utf-8"))
        assert (told["method"], told["align"], told["overlap"]) == ("pyramid", "off", 0.4)
        call = ["fuse", frames, "-o", tmp_path / "b.png", "--bits", "16", "--overlap", "0.1"]
        assert run(*call, "--json", report, "--overwrite") == 0
        assert json.loads(report.read_text(encoding="utf-8"))["overlap"] == 0.1
        assert probe(tmp_path / "b.png").bits == 16
        assert read_frame(probe(tmp_path / "b.png")).colour_space == UNLABELLED
        wide = ["fuse", frames, "-o", tmp_path / "c.png", "--metadata", "none"]
        assert run(*wide, "--colour-space", "adobe-rgb") == 0
        assert "Adobe RGB" in read_frame(probe(tmp_path / "c.png")).colour_space
        assert run("batch", frames, "-o", tmp_path / "out") == 0
        assert files_in(tmp_path / "out") == ["frames.png"]

    def test_what_is_wrong_with_them_is_said(
        self, frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = SettingsStore().path
        path.parent.mkdir(parents=True)
        path.write_text('{"version": 1, "fusion": {"overlapp": 0.1}}', encoding="utf-8")
        assert run("fuse", frames, "-o", tmp_path / "a.tif", *PYRAMID) == 0
        said = capsys.readouterr().err
        assert "warning: preferences: fusion.overlapp: There is no such setting; did you" in said


@needs_demo
class TestDemo:
    @pytest.mark.timeout(300)
    def test_the_demo_writes_a_tiff_and_says_where(
        self, here: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run("demo", *PYRAMID) == 0
        assert tifffile.imread(here / "focusstack-demo.tif").dtype == np.uint16
        assert str(here / "focusstack-demo.tif") in capsys.readouterr().out

    def test_a_second_demo_takes_the_next_free_name(self, here: Path) -> None:
        (here / "focusstack-demo.tif").write_bytes(b"mine")
        assert run("demo", *PYRAMID) == 0
        assert (here / "focusstack-demo.tif").read_bytes() == b"mine"
        assert files_in(here) == ["focusstack-demo.tif", "focusstack-demo_2.tif"]

    def test_a_name_of_ones_own_is_not_overwritten(
        self, here: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (here / "mine.tif").write_bytes(b"mine")
        assert run("demo", "-o", "mine.tif", *PYRAMID) == 1
        assert (here / "mine.tif").read_bytes() == b"mine"
        assert "mine.tif already exists" in capsys.readouterr().err


@needs_model
class TestModels:
    @pytest.fixture(autouse=True)
    def _own_data_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    def test_the_shipped_model_is_listed(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("models", "list") == 0
        assert DEFAULT_MODEL_ID in capsys.readouterr().out

    def test_the_shipped_model_is_intact(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("models", "verify") == 0
        assert f"{DEFAULT_MODEL_ID}: intact" in capsys.readouterr().out

    def test_an_unknown_model_is_named(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("models", "verify", "no-such") == 1
        assert "no-such" in capsys.readouterr().err

    def test_a_folder_without_a_model_is_not_installed(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "empty").mkdir()
        assert run("models", "install", tmp_path / "empty") == 1
        assert "empty" in capsys.readouterr().err
