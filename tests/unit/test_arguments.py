from __future__ import annotations

import pytest

from focusstack_app import __version__, cli


class TestUsage:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["fuse"],
            ["fuse", "a.jpg", "-o", "o.tif", "--overlap", "0.6"],
            ["fuse", "a.jpg", "-o", "o.tif", "--overlap", "much"],
            ["fuse", "a.jpg", "-o", "o.tif", "--overlap", "nan"],
            ["fuse", "a.jpg", "-o", "o.tif", "--method", "magic"],
            ["fuse", "a.jpg", "--stereo", "s.tif", "--parallax", "0"],
            ["fuse", "a.jpg", "--stereo", "s.tif", "--parallax", "11"],
            ["fuse", "a.jpg", "--stereo", "s.tif", "--stereo-kind", "red"],
            ["batch", "folder"],
            ["models"],
            ["models", "forget"],
            ["--no-such-option"],
        ],
    )
    def test_wrong_usage_is_2(
        self, arguments: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as caught:
            cli.main(arguments)
        assert caught.value.code == 2
        assert "usage: focusstack" in capsys.readouterr().err

    def test_version(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as caught:
            cli.main(["--version"])
        assert caught.value.code == 0
        assert capsys.readouterr().out == f"focusstack {__version__}\n"

    def test_help_names_the_commands(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            cli.main(["--help"])
        printed = capsys.readouterr().out
        assert all(f"focusstack {name}" in printed for name in ("fuse", "batch", "demo", "models"))
