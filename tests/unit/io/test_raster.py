from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from focusstack_app.core.errors import InputError
from focusstack_app.io.icc import adobe_rgb_profile, srgb_profile
from focusstack_app.io.probe import probe
from focusstack_app.io.read import read_frame, read_proxy
from focusstack_app.io.write_animation import write_animation
from tests.unit.io.builders import corners, exif, noise8, noise16, save_jpeg, smooth


def test_png_is_exact(tmp_path: Path) -> None:
    path, picture = tmp_path / "a.png", noise8(13, 17)
    Image.fromarray(picture).save(path)
    assert np.array_equal(read_frame(probe(path)).pixels, picture)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_16_bit_png_is_exact(tmp_path: Path, channels: int) -> None:
    path = tmp_path / "a.png"
    rng = np.random.default_rng(0)
    stored = rng.integers(0, 65536, (13, 17, channels), dtype=np.uint16)
    path.write_bytes(imagecodecs.png_encode(stored[:, :, 0] if channels == 1 else stored))
    source = probe(path)
    pixels = read_frame(source).pixels
    assert source.bits == 16
    assert pixels.dtype == np.uint16
    expected = stored[:, :, :3] if channels >= 3 else np.repeat(stored[:, :, :1], 3, axis=2)
    assert np.array_equal(pixels, expected)


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "1"])
def test_png_modes_become_rgb(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.png"
    image = Image.fromarray(smooth(20, 30)).convert(mode)
    image.save(path)
    frame = read_frame(probe(path))
    assert np.array_equal(frame.pixels, np.asarray(image.convert("RGB")))


def test_palette_with_transparency(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    image = Image.fromarray(smooth(20, 30)).convert("P")
    image.save(path, transparency=bytes(range(256)))
    assert np.array_equal(read_frame(probe(path)).pixels, np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("options", [{}, {"subsampling": 0}, {"progressive": True}])
def test_a_jpeg_is_decoded_as_by_pillow(tmp_path: Path, mode: str, options: dict[str, Any]) -> None:
    path = tmp_path / "a.jpg"
    Image.fromarray(noise8(61, 83)).convert(mode).save(path, **options)
    with Image.open(path) as image:
        assert np.array_equal(read_frame(probe(path)).pixels, np.asarray(image.convert("RGB")))


def test_grey_jpeg(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    grey = smooth(40, 60)[:, :, 0]
    Image.fromarray(grey).save(path, quality=95)
    pixels = read_frame(probe(path)).pixels
    assert pixels.shape == (40, 60, 3)
    assert np.ptp(pixels, axis=2).max() == 0
    assert np.abs(pixels[:, :, 0].astype(int) - grey).max() < 6
    assert read_proxy(probe(path), 20).pixels.shape == (13, 20, 3)


def test_cmyk_jpeg_becomes_rgb_without_the_cmyk_profile(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    picture = smooth(40, 60)
    Image.fromarray(picture).convert("CMYK").save(path, quality=95, icc_profile=b"\0" * 200)
    frame = read_frame(probe(path))
    assert np.abs(frame.pixels.astype(int) - picture).mean() < 4
    assert frame.icc_profile is None
    assert read_proxy(probe(path), 20).pixels.shape == (13, 20, 3)


@pytest.mark.parametrize("kind", ["lossless", "12 bits", "JPEG-LS"])
def test_jpegs_of_other_kinds_are_refused_as_such(tmp_path: Path, kind: str) -> None:
    picture = smooth(96, 144)
    made = {  # libjpeg writes a lossless one in full where it is asked for a small one
        "lossless": lambda: imagecodecs.jpeg8_encode(picture, lossless=True),
        "12 bits": lambda: imagecodecs.jpeg8_encode(
            picture.astype(np.uint16) << 4, bitspersample=12
        ),
        "JPEG-LS": lambda: imagecodecs.jpegls_encode(picture),
    }[kind]()
    path = tmp_path / "a.jpg"
    path.write_bytes(made)
    with pytest.raises(InputError, match=r"a\.jpg is a JPEG of a kind that is not supported"):
        probe(path)


def test_fill_bytes_before_a_segment_of_a_jpeg(tmp_path: Path, jpeg_bytes: bytes) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg_bytes[:2] + b"\xff\xff" + jpeg_bytes[2:])
    whole = save_jpeg(tmp_path / "whole.jpg", noise8(64, 96))
    assert np.array_equal(read_frame(probe(path)).pixels, read_frame(probe(whole)).pixels)


@pytest.fixture(scope="module")
def jpeg_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return save_jpeg(tmp_path_factory.mktemp("jpeg") / "a.jpg", noise8(64, 96)).read_bytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cut=st.floats(0, 1, exclude_max=True))
def test_a_cut_jpeg_is_never_taken_for_whole(tmp_path: Path, jpeg_bytes: bytes, cut: float) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg_bytes)
    source = probe(path)
    path.write_bytes(jpeg_bytes[: int(len(jpeg_bytes) * cut)])
    for read in (read_frame, lambda s: read_proxy(s, 12)):
        with pytest.raises(InputError, match=r"a\.jpg is damaged or cut off"):
            read(source)


@pytest.mark.parametrize("cut", [0.3, 0.7, 0.97])
@pytest.mark.parametrize("filler", [b"", b"\0"])
def test_a_lost_tail(tmp_path: Path, jpeg_bytes: bytes, cut: float, filler: bytes) -> None:
    head = jpeg_bytes.index(b"\xff\xda") + 14  # the pixels begin here
    keep = head + int((len(jpeg_bytes) - head) * cut)
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg_bytes[:keep] + filler * (len(jpeg_bytes) - keep))
    with pytest.raises(InputError, match="damaged or cut off"):
        read_frame(probe(path))


@pytest.mark.parametrize("side", [None, 12])
@pytest.mark.parametrize("at", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("loss", ["zeros", "gap"])
def test_a_jpeg_that_is_damaged_in_the_middle(
    tmp_path: Path, side: int | None, at: float, loss: str
) -> None:
    path = save_jpeg(tmp_path / "a.jpg", noise8(240, 320))
    data = path.read_bytes()
    head = data.index(b"\xff\xda") + 14
    first = head + int((len(data) - 514 - head) * at)
    filler = bytes(512) if loss == "zeros" else b""
    path.write_bytes(data[:first] + filler + data[first + 512 :])
    with pytest.raises(InputError, match=r"a\.jpg is damaged or cut off"):
        read_frame(probe(path)) if side is None else read_proxy(probe(path), side)


@pytest.mark.parametrize(("bytes_", "harmless"), [(2, True), (100, False)])
def test_bytes_too_many_before_the_end_of_a_jpeg(
    tmp_path: Path, bytes_: int, harmless: bool
) -> None:
    """Some cameras leave a few there."""
    path = save_jpeg(tmp_path / "a.jpg", noise8(64, 96))
    expected, data = read_frame(probe(path)).pixels, path.read_bytes()
    path.write_bytes(data[:-2] + b"\x11" * bytes_ + data[-2:])
    if harmless:
        assert np.array_equal(read_frame(probe(path)).pixels, expected)
    else:
        with pytest.raises(InputError, match="damaged"):
            read_frame(probe(path))


@pytest.mark.parametrize("odd", ["old JFIF", "new JFIF", "half a profile"])
def test_what_is_odd_beside_the_pixels_of_a_jpeg_is_no_damage(tmp_path: Path, odd: str) -> None:
    path = save_jpeg(tmp_path / "a.jpg", smooth(64, 96), icc_profile=srgb_profile())
    whole = read_frame(probe(path))
    data = bytearray(path.read_bytes())
    if odd == "half a profile":
        data[data.index(b"ICC_PROFILE") + 13] = 2  # of two parts
    else:
        data[data.index(b"JFIF") + 5] = {"old JFIF": 0, "new JFIF": 2}[odd]
    path.write_bytes(data)
    frame = read_frame(probe(path))
    assert np.array_equal(frame.pixels, whole.pixels)
    assert frame.icc_profile == (None if odd == "half a profile" else srgb_profile())
    assert read_proxy(probe(path), 48).pixels.shape == (32, 48, 3)
    data = data[: 3 * len(data) // 4] + b"\xff\xd9"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"a\.jpg is damaged"):
        read_frame(probe(path))


def test_the_end_of_an_embedded_thumbnail_is_not_the_end(tmp_path: Path) -> None:
    path = save_jpeg(tmp_path / "a.jpg", noise8(64, 96), exif=exif(photo={37500: b"\xff\xd9" * 9}))
    data = path.read_bytes()
    path.write_bytes(data[:-2000] + bytes(2000))
    with pytest.raises(InputError, match="damaged or cut off"):
        read_frame(probe(path))


@pytest.mark.parametrize("progressive", [False, True])
def test_whole_jpegs_with_something_behind_them(tmp_path: Path, progressive: bool) -> None:
    picture = smooth(64, 96)
    path = save_jpeg(tmp_path / "a.jpg", picture, progressive=progressive)
    path.write_bytes(path.read_bytes() + b"the camera's own notes" * 100)
    assert np.abs(read_frame(probe(path)).pixels.astype(int) - picture).mean() < 4


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_a_cut_png(
    tmp_path: Path, deep: bool, cut: float, capfd: pytest.CaptureFixture[str]
) -> None:
    data = imagecodecs.png_encode(noise16(40, 50) if deep else noise8(40, 50))
    path = tmp_path / "a.png"
    path.write_bytes(data[: int(len(data) * cut)])
    with pytest.raises(InputError, match=r"a\.png is damaged or cut off"):
        read_frame(probe(path))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("deep", [False, True])
def test_a_flipped_byte_in_a_png(tmp_path: Path, deep: bool) -> None:
    data = bytearray(imagecodecs.png_encode(noise16(40, 50) if deep else noise8(40, 50)))
    data[len(data) // 2] ^= 0xFF
    path = tmp_path / "a.png"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"a\.png is damaged"):
        read_frame(probe(path))


def test_profiles_are_kept_or_dropped_by_what_they_are_for(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for profile, kept in ((srgb_profile(), True), (lab, False), (b"RGB nonsense" * 20, False)):
        Image.fromarray(noise8(4, 5)).save(path, icc_profile=profile)
        frame = read_frame(probe(path))
        assert (frame.icc_profile == profile) is kept
        assert frame.colour_space == ("sRGB" if kept else "unlabelled")


def test_a_png_may_have_a_large_profile_and_a_long_history(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    profile = bytearray(srgb_profile() + noise8(1000, 1000).tobytes())  # 3 MB, as with tables
    profile[:4] = len(profile).to_bytes(4, "big")
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", "edited " * 300_000, zip=True)
    picture = noise8(4, 5)
    Image.fromarray(picture).save(path, icc_profile=bytes(profile), pnginfo=info)
    frame = read_frame(probe(path))
    assert frame.icc_profile == bytes(profile)
    assert np.array_equal(frame.pixels, picture)


def test_a_png_may_say_srgb_without_a_profile(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    info = PngImagePlugin.PngInfo()
    info.add(b"sRGB", b"\0")
    Image.fromarray(noise8(4, 5)).save(path, pnginfo=info)
    frame = read_frame(probe(path))
    assert frame.colour_space == "sRGB"
    assert frame.icc_profile is None


_P3, _PQ = (b"cICP", b"\x0c\x0d\0\1"), (b"cICP", b"\x09\x10\0\1")
_GAMMA_1_8, _GAMMA_2_2 = ((b"gAMA", struct.pack(">I", n)) for n in (55556, 45455))
_ADOBE = (b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000))
_SAID = (b"sRGB", b"\0")
_PROFILE = (b"iCCP", adobe_rgb_profile())


@pytest.mark.parametrize("palette", [False, True])
@pytest.mark.parametrize(
    ("said", "name"),
    [
        ([_P3], "Display P3"),
        ([_P3, _PROFILE], "Display P3"),
        ([_PROFILE, _GAMMA_1_8, _ADOBE], "Compatible with Adobe RGB (1998)"),
        ([_SAID, _GAMMA_1_8], "sRGB"),
        ([_GAMMA_1_8], "Custom RGB, gamma 1.80"),
        ([_GAMMA_2_2, _ADOBE], "Custom RGB, gamma 2.20"),
        ([_GAMMA_2_2], "unlabelled"),
        ([(b"gAMA", bytes(4))], "unlabelled"),
        ([_ADOBE], "unlabelled"),
    ],
)
def test_what_a_png_says_of_its_colours(
    tmp_path: Path, palette: bool, said: list[tuple[bytes, bytes]], name: str
) -> None:
    path, info, icc = tmp_path / "a.png", PngImagePlugin.PngInfo(), dict(said).get(b"iCCP")
    for kind, data in said:
        if kind != b"iCCP":  # Pillow writes it by itself
            info.add(kind, data)
    picture = Image.fromarray(corners())
    (picture.quantize(4) if palette else picture).save(path, pnginfo=info, icc_profile=icc)
    frame = read_frame(probe(path))
    assert frame.colour_space == name
    assert (frame.icc_profile is None) is (name == "unlabelled" or said[0] is _SAID)


def test_a_png_of_high_dynamic_range_is_refused(tmp_path: Path) -> None:
    path, info = tmp_path / "a.png", PngImagePlugin.PngInfo()
    info.add(*_PQ)
    Image.fromarray(corners()).save(path, pnginfo=info)
    with pytest.raises(InputError, match=r"HDR picture \(PQ\)"):
        probe(path)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_webp_without_loss_is_exact(tmp_path: Path, mode: str) -> None:
    path, picture = tmp_path / "a.webp", corners()
    image = Image.fromarray(picture).convert(mode)
    image.save(path, lossless=True, icc_profile=srgb_profile(), exif=exif(orientation=6))
    source = probe(path)
    assert (source.kind, source.bits, source.size_px) == ("webp", 8, (32, 48))
    frame = read_frame(source)
    assert np.array_equal(frame.pixels, np.rot90(picture, -1))
    assert frame.icc_profile == srgb_profile()
    assert read_proxy(source, 24).pixels.shape == (24, 16, 3)


def test_webp_with_loss_is_decoded_as_by_pillow(tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    Image.fromarray(smooth(64, 80)).save(path, quality=90)
    with Image.open(path) as image:
        assert np.array_equal(read_frame(probe(path)).pixels, np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "1"])
def test_bmp(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.bmp"
    image = Image.fromarray(corners()).convert(mode)
    image.save(path)
    source = probe(path)
    assert (source.kind, source.bits, source.size_px) == ("bmp", 8, (48, 32))
    assert np.array_equal(read_frame(source).pixels, np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("suffix", [".webp", ".bmp"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_a_cut_webp_or_bmp(tmp_path: Path, suffix: str, kept: float) -> None:
    path = tmp_path / f"a{suffix}"
    options: Any = {"lossless": True} if suffix == ".webp" else {}
    Image.fromarray(noise8(40, 50)).save(path, **options)
    source, data = probe(path), path.read_bytes()
    path.write_bytes(data[: int(kept * len(data))])
    with pytest.raises(InputError, match="damaged or cut off"):
        read_frame(source)


def test_a_bmp_that_says_it_is_huge_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.bmp"
    Image.fromarray(corners()).save(path)
    data = bytearray(path.read_bytes())
    struct.pack_into("<ii", data, 18, 60_000, 60_000)
    path.write_bytes(data)
    with pytest.raises(InputError, match="at most 268 megapixels"):
        probe(path)


def test_of_an_animation_the_first_picture_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    write_animation(path, [np.full((20, 30, 3), level, np.uint8) for level in (50, 200)], 60)
    source = probe(path)
    assert source.is_result
    assert read_frame(source).pixels.mean() == pytest.approx(50, abs=3)
