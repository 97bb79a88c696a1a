"""What is made of a frozen program. That it works is tried by `installer/selftest.py`."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from focusstack_app.core.assets import resources_dir
from focusstack_app.jobs.project import PROJECT_SUFFIX
from installer.build import HERE, archive, package
from installer.entry import give_back
from installer.licences import copy_licences


@pytest.fixture
def frozen(tmp_path: Path) -> Path:
    folder = tmp_path / "frozen"
    folder.mkdir()
    (folder / "focusstack").write_text("#!/bin/sh\necho it runs\n")
    (folder / "focusstack").chmod(0o755)
    return folder


@pytest.mark.skipif(shutil.which("xz") is None, reason="xz is not installed")
def test_an_archive_unpacks_to_one_folder(frozen: Path, tmp_path: Path) -> None:
    made = archive(frozen, "1.2.3", tmp_path)
    (tmp_path / "unpacked").mkdir()
    subprocess.run(["tar", "-xJf", made, "-C", tmp_path / "unpacked"], check=True)
    (folder,) = (tmp_path / "unpacked").iterdir()
    assert made.name.startswith("focusstack-1.2.3-linux-")
    assert made.name == f"{folder.name}.tar.xz"
    assert subprocess.check_output([folder / "focusstack"]) == b"it runs\n"
    assert {path.name for path in folder.iterdir()} == {
        "focusstack", "focusstack.desktop", "focusstack.svg", "focusstack.xml",
    }  # fmt: skip


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not installed")
def test_a_debian_package_brings_program_command_menu_entry_and_icon(
    frozen: Path, tmp_path: Path
) -> None:
    for _ in range(2):  # a second time over the first
        made = package(frozen, "1.2.3", tmp_path, tmp_path)
    there = tmp_path / "there"
    subprocess.run(["dpkg-deb", "--extract", made, there], check=True)
    assert subprocess.check_output([there / "opt/focusstack/focusstack"]) == b"it runs\n"
    assert (there / "usr/bin/focusstack").readlink() == Path("/opt/focusstack/focusstack")
    share = there / "usr/share"
    assert (share / "applications/focusstack.desktop").exists()
    assert (share / "mime/packages/focusstack.xml").exists()
    icon = share / "icons/hicolor/scalable/apps/focusstack.svg"
    assert icon.read_bytes() == (resources_dir() / "icons/focusstack.svg").read_bytes()
    assert "Apache" in (share / "doc/focusstack/copyright").read_text(encoding="utf-8")
    said = subprocess.check_output(["dpkg-deb", "--field", made, "Version", "Depends"], text=True)
    assert "1.2.3" in said
    assert "libgl1" in said


def test_the_menu_entry_opens_frames_and_projects() -> None:
    entry = configparser.RawConfigParser()
    entry.optionxform = str  # type: ignore[method-assign, assignment]
    entry.read(HERE / "focusstack.desktop", encoding="utf-8")
    facts = entry["Desktop Entry"]
    assert facts["Exec"] == "focusstack %F"
    kinds = ElementTree.parse(HERE / "focusstack.xml").getroot()
    name = "{http://www.freedesktop.org/standards/shared-mime-info}"
    (project,) = kinds.findall(f"{name}mime-type")
    assert project.attrib["type"] in facts["MimeType"].split(";")
    pattern = project.find(f"{name}glob")
    assert pattern is not None
    assert pattern.attrib["pattern"] == f"*{PROJECT_SUFFIX}"


@pytest.mark.parametrize("before", [None, "/theirs"])
def test_programs_that_it_opens_do_not_get_its_libraries(before: str | None) -> None:
    theirs = {"HOME": "/h"} if before is None else {"HOME": "/h", "LD_LIBRARY_PATH": before}
    mine = {**theirs, "LD_LIBRARY_PATH": "/opt/x", "QT_PLUGIN_PATH": "/opt/x/plugins"}
    if before is not None:
        mine["LD_LIBRARY_PATH_ORIG"] = before
    give_back(mine)
    assert mine == theirs


def test_licences_of_what_is_inside_come_along(tmp_path: Path) -> None:
    without = copy_licences(tmp_path)
    assert "numpy" not in without
    texts = "".join(path.read_text(errors="replace") for path in (tmp_path / "numpy").iterdir())
    assert "Redistribution and use" in texts
    for name in without:
        assert f"Name: {name}" in (tmp_path / name / "METADATA").read_text(encoding="utf-8")
