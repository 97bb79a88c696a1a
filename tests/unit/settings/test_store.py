from __future__ import annotations

import json
from pathlib import Path

import pytest

from focusstack_app.core.errors import OutputError
from focusstack_app.settings.schema import FusionSettings, InterfaceSettings, Settings, Theme
from focusstack_app.settings.store import SettingsStore, settings_path

CHANGED = Settings(FusionSettings(overlap=0.4), interface=InterfaceSettings(Theme.DARK))


@pytest.fixture
def store(tmp_path: Path) -> SettingsStore:
    return SettingsStore(tmp_path / "config" / "settings.json")


def _write(store: SettingsStore, text: str) -> None:
    store.path.parent.mkdir(exist_ok=True)
    store.path.write_text(text, encoding="utf-8")


def _copy(store: SettingsStore) -> Path:
    return store.path.with_name("settings.json.bak")


def test_without_a_file_there_are_defaults_and_no_file_is_made(store: SettingsStore) -> None:
    loaded = store.load()
    assert loaded.settings == Settings()
    assert loaded.problems == ()
    assert not store.path.exists()


def test_what_is_saved_is_loaded(store: SettingsStore) -> None:
    store.save(CHANGED)
    assert SettingsStore(store.path).load().settings == CHANGED
    assert json.loads(store.path.read_text())["version"] == 1
    assert [path.name for path in store.path.parent.iterdir()] == ["settings.json"]


def test_a_file_from_before_a_setting_was_there_has_no_problem(store: SettingsStore) -> None:
    store.save(CHANGED)
    document = json.loads(store.path.read_text())
    del document["export"]["batch_wait_s"]
    _write(store, json.dumps(document))
    loaded = store.load()
    assert (loaded.settings, loaded.problems) == (CHANGED, ())
    assert loaded.settings.export.batch_wait_s == 20


def test_a_file_that_was_edited_under_windows(store: SettingsStore) -> None:
    store.save(CHANGED)
    store.path.write_bytes(b"\xef\xbb\xbf" + store.path.read_bytes().replace(b"\n", b"\r\n"))
    loaded = store.load()
    assert (loaded.settings, loaded.problems) == (CHANGED, ())


def test_a_file_with_problems_is_used_as_far_as_possible_and_kept(store: SettingsStore) -> None:
    text = '{"version": 1, "fusion": {"overlap": 0.4, "mod": "strict"}}'
    _write(store, text)
    loaded = store.load()
    assert loaded.settings == Settings(FusionSettings(overlap=0.4))
    assert [str(problem) for problem in loaded.problems] == [
        "fusion.mod: There is no such setting; did you mean mode?"
    ]
    store.save(loaded.settings)
    assert _copy(store).read_text(encoding="utf-8") == text
    assert store.load().problems == ()


@pytest.mark.parametrize("text", ["{", "[]", "\ufeff", '"x"', "", "[" * 100_000])
def test_a_damaged_file_is_kept_beside_the_new_one(store: SettingsStore, text: str) -> None:
    _write(store, text)
    loaded = store.load()
    assert loaded.settings == Settings()
    assert "is damaged" in loaded.problems[0].message
    assert "settings.json.bak" in loaded.problems[0].message
    store.save(CHANGED)
    assert store.load().settings == CHANGED
    assert _copy(store).read_text(encoding="utf-8") == text


def test_bytes_that_are_no_text(store: SettingsStore) -> None:
    _write(store, "")
    store.path.write_bytes(b"\xff\xfe\x00")
    assert len(store.load().problems) == 1
    store.save(CHANGED)
    assert store.load().settings == CHANGED


def test_a_file_that_cannot_be_read_is_kept_beside_the_new_one(
    store: SettingsStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(store, '{"version": 1}')

    def refused(*_args: object, **_options: object) -> None:
        raise PermissionError("may not be read")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_text", refused)
        patched.setattr("shutil.copyfile", refused)
        assert "may not be read" in str(store.load().problems[0])
        store.save(CHANGED)
    assert store.load().settings == CHANGED
    assert _copy(store).read_text() == '{"version": 1}'


def test_a_newer_file_is_neither_used_nor_overwritten(store: SettingsStore) -> None:
    text = '{"version": 99, "fusion": {"overlap": 0.4}}'
    _write(store, text)
    loaded = store.load()
    assert loaded.settings == Settings()
    assert "newer version" in loaded.problems[0].message
    with pytest.raises(OutputError, match="newer version"):
        store.save(CHANGED)
    assert store.path.read_text() == text
    assert not _copy(store).exists()


@pytest.mark.parametrize("version", ['"1"', "0", "null", "true"])
def test_a_version_that_is_none(store: SettingsStore, version: str) -> None:
    _write(store, f'{{"version": {version}}}')
    loaded = store.load()
    assert "is not known" in loaded.problems[0].message
    store.save(CHANGED)
    assert store.load().settings == CHANGED


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        SettingsStore(tmp_path / "file" / "settings.json").save(CHANGED)


def test_the_user_has_one_file() -> None:
    assert settings_path().name == "settings.json"
    assert SettingsStore().path == settings_path()
