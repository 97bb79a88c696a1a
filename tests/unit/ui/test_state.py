from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from focusstack_app.ui.state import MOST_RECENT, WindowState, change_state, load_state


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    state = WindowState("abc", "/photos", ("a.fstack",))
    assert change_state(tmp_path / "deep" / "window.json", lambda _: state)
    assert load_state(tmp_path / "deep" / "window.json") == state


def test_a_file_from_before_slabs_is_read(tmp_path: Path) -> None:
    (tmp_path / "window.json").write_text('{"geometry": "a", "folder": "", "recent": []}')
    assert load_state(tmp_path / "window.json") == WindowState("a", slabs=(10, 3))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"geometry": 1, "folder": "", "recent": []}',
        '{"geometry": "", "folder": "a", "recent": [], "slabs": [3, 3]}',
        '{"geometry": "", "folder": "a", "recent": [], "slabs": 3}',
        '{"geometry": "", "folder": "a", "recent": [], "slabs": ["3", "1"]}',
    ],
)
def test_a_damaged_file_is_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "window.json").write_text(text)
    assert load_state(tmp_path / "window.json") == WindowState()
    assert load_state(tmp_path / "gone.json") == WindowState()


def test_what_cannot_be_saved_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not change_state(tmp_path / "file" / "window.json", lambda state: state)


def test_programs_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "window.json"

    def write(name: str) -> bool:
        def change(state: WindowState) -> WindowState:
            time.sleep(0.02)  # the others come in between
            return state.with_recent(tmp_path / name)

        return change_state(path, change)

    names = [f"{number}.fstack" for number in range(3)]
    with ThreadPoolExecutor(len(names)) as pool:
        assert all(pool.map(write, names))
    assert sorted(Path(name).name for name in load_state(path).recent) == names
    assert [file.name for file in tmp_path.iterdir()] == ["window.json"]


def test_recent_projects_are_few_and_the_newest_is_first(tmp_path: Path) -> None:
    state = WindowState()
    for number in range(12):
        state = state.with_recent(tmp_path / f"{number}.fstack")
    state = state.with_recent(tmp_path / "9.fstack")
    names = [Path(name).stem for name in state.recent]
    assert names == ["9", "11", "10", "8", "7", "6", "5", "4"]
    assert len(names) == MOST_RECENT
