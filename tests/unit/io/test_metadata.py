from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import FrameSource
from focusstack_app.io.ifd import Tag
from focusstack_app.io.metadata import ExifFacts, ExportTags, exif_for_export, read_facts
from focusstack_app.io.probe import probe
from focusstack_app.io.read import read_frame
from tests.unit.io.builders import corners, exif, save_jpeg


def _facts(tmp_path: Path, **directories: Any) -> ExifFacts:
    return read_facts(save_jpeg(tmp_path / "a.jpg", corners(), exif=exif(**directories)))


def test_all_facts(tmp_path: Path) -> None:
    facts = _facts(
        tmp_path,
        orientation=8,
        image={271: "Example ", 272: "One"},
        photo={
            33434: Fraction(1, 125),
            33437: Fraction(56, 10),
            34855: 400,
            36867: "2024:02:29 23:59:58",
            37521: "123",
            37382: Fraction(123, 1000),
            37386: Fraction(105),
            40961: 1,
        },
    )
    assert facts == ExifFacts(
        captured_at=datetime(2024, 2, 29, 23, 59, 58, 123000),
        exposure_s=1 / 125,
        f_number=5.6,
        iso=400,
        focal_length_mm=105.0,
        focus_distance_m=0.123,
        camera="Example One",
        orientation=8,
        colour_space="sRGB",
    )


def test_nothing_said(tmp_path: Path) -> None:
    assert read_facts(save_jpeg(tmp_path / "a.jpg", corners())) == ExifFacts()
    (tmp_path / "notes.txt").write_text("no picture")
    assert read_facts(tmp_path / "notes.txt") == ExifFacts()


def test_zero_and_infinity_are_unknown(tmp_path: Path) -> None:
    infinity = Fraction(0xFFFFFFFF)
    zero = Fraction(0)
    photo = {33434: zero, 33437: zero, 34855: 0, 37386: zero, 37382: infinity}
    assert _facts(tmp_path, photo=photo) == ExifFacts()


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("Canon", "Canon EOS R5", "Canon EOS R5"),
        ("NIKON CORPORATION", "NIKON D70s", "NIKON D70s"),
        ("SONY", "ILCE-7M4", "SONY ILCE-7M4"),
        ("", "ILCE-7M4", "ILCE-7M4"),
        ("SONY", "", "SONY"),
        (" ", " ", None),
    ],
)
def test_the_name_of_the_camera(tmp_path: Path, make: str, model: str, camera: str | None) -> None:
    assert _facts(tmp_path, image={271: make, 272: model}).camera == camera


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({36867: "2024:01:02 03:04:05", 37521: "5"}, datetime(2024, 1, 2, 3, 4, 5, 500000)),
        ({36867: "2024:01:02 03:04:05", 37521: "x"}, datetime(2024, 1, 2, 3, 4, 5)),
        ({36867: "2024:01:02 03:04:05", 37521: "1234567"}, datetime(2024, 1, 2, 3, 4, 5, 123456)),
        (
            {36867: "    :  :     ", 36868: "2024:01:02 03:04:05"},
            datetime(2024, 1, 2, 3, 4, 5),
        ),
        ({36867: "0000:00:00 00:00:00"}, None),
        ({36867: "2024:13:41 03:04:05"}, None),
        ({36867: "yesterday"}, None),
    ],
)
def test_times(tmp_path: Path, tags: dict[int, str], expected: datetime | None) -> None:
    assert _facts(tmp_path, photo=tags).captured_at == expected


def test_the_time_of_the_file_is_the_last_resort(tmp_path: Path) -> None:
    facts = _facts(tmp_path, image={306: "2020:01:01 00:00:00"}, photo={37520: "75"})
    assert facts.captured_at == datetime(2020, 1, 1, 0, 0, 0, 750000)


def test_a_missing_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_facts(tmp_path / "gone.jpg")


@pytest.fixture(scope="module")
def tagged_jpeg(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    tags = exif(
        3,
        image={271: "Canon", 272: "Canon EOS R5", 306: "2020:01:01 00:00:00"},
        photo={33434: Fraction(1, 125), 36867: "2024:02:29 23:59:58", 37500: bytes(range(200))},
        gps={1: "N", 2: (48.0, 8.0, 14.0), 3: "E", 4: (11.0, 34.0, 31.0)},
    )
    path = tmp_path_factory.mktemp("tagged") / "a.jpg"
    return save_jpeg(path, corners(16, 16), exif=tags).read_bytes()


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=120
)
@given(
    changes=st.lists(st.tuples(st.integers(20, 600), st.integers(0, 255)), min_size=1, max_size=8)
)
@example(changes=[])
def test_damaged_tags_are_never_worse_than_an_input_error(
    tmp_path: Path, tagged_jpeg: bytes, changes: list[tuple[int, int]]
) -> None:
    data = bytearray(tagged_jpeg)
    for position, value in changes:
        data[position] = value
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    assert 1 <= read_facts(path).orientation <= 8
    with suppress(InputError):
        source = probe(path)
        frame = read_frame(source)
        assert frame.pixels.shape == (source.height_px, source.width_px, 3)
        exif_for_export(source, "software", "description")


def _by_number(tags: tuple[Tag, ...]) -> dict[int, Tag]:
    return {tag.number: tag for tag in tags}


def _export(source: FrameSource | None) -> tuple[ExportTags, dict[int, Tag], dict[int, Tag]]:
    tags = exif_for_export(source, "focusstack_app 9.9", "a description")
    return tags, _by_number(tags.image), _by_number(tags.exif)


def test_export_keeps_what_holds_and_drops_the_rest(tmp_path: Path) -> None:
    tags = exif(
        6,
        image={271: "Example", 272: "One", 305: "Camera 1.0", 270: "old", 315: "Ann", 256: 5},
        photo={
            33434: Fraction(1, 125),
            36867: "2024:02:29 23:59:58",
            37380: Fraction(-1, 3),
            37500: b"maker note",
            40962: 48,
            40963: 32,
            42036: "Macro 100",
        },
        gps={1: "N", 2: (48.0, 8.0, 14.0)},
    )
    source = probe(save_jpeg(tmp_path / "a.jpg", corners(), exif=tags))
    exported, image, photo = _export(source)
    assert image[271].data == b"Example\0"
    assert image[315].data == b"Ann\0"
    assert image[305].data == b"focusstack_app 9.9\0"
    assert image[270].data == b"a description\0"
    assert image[274].data == b"\1\0"
    assert 256 not in image
    assert not {37500, 40962, 40963} & photo.keys()
    assert photo[42036].data == b"Macro 100\0"
    assert photo[37380].data == (-1).to_bytes(4, "little", signed=True) + b"\3\0\0\0"
    assert _by_number(exported.gps).keys() == {1, 2}


def test_export_without_a_reference() -> None:
    exported, image, photo = _export(None)
    assert image.keys() == {270, 274, 305}
    assert not photo
    assert not exported.gps


def test_export_of_a_file_that_is_gone(tmp_path: Path) -> None:
    source = FrameSource(
        tmp_path / "gone.cr3",
        "raw",
        30,
        20,
        16,
        captured_at=datetime(2024, 5, 6, 7, 8, 9, 250000),
        exposure_s=1 / 250,
        f_number=2.8,
        iso=200,
        focal_length_mm=100.0,
        camera="Example One",
    )
    _, image, photo = _export(source)
    assert image[272].data == b"Example One\0"
    assert photo[36867].data == b"2024:05:06 07:08:09\0"
    assert photo[37521].data == b"25\0"
    assert photo[33434].data == b"\1\0\0\0\xfa\0\0\0"
    assert photo[33437].data == b"\x0e\0\0\0\5\0\0\0"
    assert photo[34855].data == b"\xc8\0"


def test_export_does_not_repeat_meaningless_zeros(shared_data: Path) -> None:
    _, image, photo = _export(probe(shared_data / "raw" / "colorchart.dng"))
    assert image[272].data == b"Canon EOS Kiss X4\0"
    assert not {33434, 37377, 33437, 37378, 34855, 37386} & photo.keys()


def test_facts_of_a_real_raw(shared_data: Path) -> None:
    facts = read_facts(shared_data / "raw" / "truncated" / "truncated_1.nef")
    assert facts.captured_at == datetime(2010, 3, 1, 21, 50, 21, 700000)
    assert facts.exposure_s == pytest.approx(1 / 60)
    assert facts.f_number == pytest.approx(2.8)
    assert facts.focal_length_mm == 50
    assert facts.camera == "NIKON D70s"
