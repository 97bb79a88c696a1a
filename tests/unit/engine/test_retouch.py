from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focusstack_app.core.fusion import Provenance
from focusstack_app.engine.retouch import Brush, Canvas, Layer

HEIGHT, WIDTH = 150, 200


def base() -> Layer:
    rng = np.random.default_rng(1)
    return Layer.of(
        rng.integers(0, 65536, (HEIGHT, WIDTH, 3), dtype=np.uint16),
        Provenance(
            rng.integers(0, 3, (HEIGHT, WIDTH), dtype=np.uint16),
            rng.integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8),
            rng.integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8),
        ),
    )


def frame(index: int, value: int = 40_000) -> Layer:
    return Layer.of_frame(np.full((HEIGHT, WIDTH, 3), value, np.uint16), index)


def same(one: Layer, other: Layer) -> bool:
    return (
        np.array_equal(one.pixels, other.pixels)
        and np.array_equal(one.source_index, other.source_index)
        and np.array_equal(one.confidence, other.confidence)
        and np.array_equal(one.synthesised, other.synthesised)
    )


places = st.tuples(st.floats(-20, WIDTH + 20), st.floats(-20, HEIGHT + 20))
brushes = st.builds(Brush, st.floats(1, 90), st.floats(0, 1), st.floats(0, 1))
strokes = st.tuples(st.integers(0, 3), brushes, st.lists(places, min_size=1, max_size=4))


def paint(canvas: Canvas, stroke: tuple[int, Brush, list[tuple[float, float]]]) -> None:
    index, brush, path = stroke
    layer = base() if index == 3 else frame(index, 10_000 * index)
    canvas.begin(layer, brush, path[0])
    for place in path[1:]:
        canvas.move(place)
    canvas.end()


@given(st.lists(strokes, max_size=5))
def test_undo_goes_back_through_every_state_and_redo_forth(
    painted: list[tuple[int, Brush, list[tuple[float, float]]]],
) -> None:
    canvas = Canvas(base())
    states = [canvas.layer.copy()]
    for stroke in painted:
        paint(canvas, stroke)
        if not same(canvas.layer, states[-1]):
            states.append(canvas.layer.copy())
    forth = [canvas.layer.copy()]
    while canvas.can_undo:
        canvas.undo()
        forth.append(canvas.layer.copy())
    assert same(canvas.layer, states[0])
    assert all(any(same(state, seen) for seen in forth) for state in states)
    for state in reversed(forth[:-1]):
        assert canvas.redo()
        assert same(canvas.layer, state)
    assert not canvas.can_redo


@given(strokes)
def test_only_what_was_said_to_change_changes(
    stroke: tuple[int, Brush, list[tuple[float, float]]],
) -> None:
    index, brush, path = stroke
    canvas, said = Canvas(base()), np.zeros((HEIGHT, WIDTH), np.bool_)
    changes = [canvas.begin(frame(index), brush, path[0]), *(canvas.move(at) for at in path[1:])]
    for place in (place for change in changes for place in change):
        said[place] = True
    assert np.array_equal(canvas.layer.pixels[~said], base().pixels[~said])


@given(brushes, places, places, st.floats(0, 1))
def test_a_path_in_pieces_paints_what_the_whole_path_paints(
    brush: Brush, start: tuple[float, float], end: tuple[float, float], share: float
) -> None:
    between = tuple(a + share * (b - a) for a, b in zip(start, end, strict=True))
    whole, pieces = Canvas(base()), Canvas(base())
    paint(whole, (1, brush, [start, end]))
    paint(pieces, (1, brush, [start, (between[0], between[1]), end]))
    away = np.abs(whole.layer.pixels.astype(int) - pieces.layer.pixels)
    assert away.max() <= 65535 * 2e-3  # the distances are of single precision


def test_a_hard_opaque_brush_puts_the_frame_there_and_says_so() -> None:
    canvas = Canvas(base())
    paint(canvas, (2, Brush(40, 1.0, 1.0), [(60.0, 50.0), (100.0, 50.0)]))
    inside = slice(35, 65), slice(60, 100)
    assert (canvas.layer.pixels[inside] == 20_000).all()
    provenance = canvas.provenance
    assert (provenance.source_index[inside] == 2).all()
    assert (provenance.confidence[inside] == 255).all()
    assert (provenance.synthesised[inside] == 0).all()
    above = slice(0, 28), slice(0, WIDTH)
    assert same(canvas.layer.part(above), base().part(above))


def test_opacity_blends_and_crossing_the_own_path_adds_nothing() -> None:
    start = Layer.of_frame(np.zeros((HEIGHT, WIDTH, 3), np.uint16), 0)
    canvas = Canvas(start)
    brush = Brush(40, 1.0, 0.6)
    paint(canvas, (2, brush, [(60.0, 50.0), (100.0, 50.0), (60.0, 50.0)]))
    assert (canvas.layer.pixels[50, 60:100] == 12_000).all()
    assert (canvas.provenance.source_index[50, 60:100] == 2).all()
    assert (canvas.provenance.confidence[50, 60:100] == 153).all()
    paint(canvas, (2, brush, [(60.0, 50.0), (100.0, 50.0)]))
    assert (canvas.layer.pixels[50, 60:100] == 16_800).all()
    assert (canvas.provenance.confidence[50, 60:100] == 214).all()


def test_a_faint_stroke_leaves_the_source_and_its_share() -> None:
    canvas = Canvas(Layer.of_frame(np.zeros((HEIGHT, WIDTH, 3), np.uint16), 0))
    paint(canvas, (2, Brush(40, 1.0, 0.2), [(60.0, 50.0)]))
    assert canvas.provenance.source_index[50, 60] == 0
    assert canvas.provenance.confidence[50, 60] == 204


def test_restoring_fully_gives_the_render_back() -> None:
    canvas = Canvas(base())
    paint(canvas, (1, Brush(40, 0.3, 0.8), [(60.0, 50.0), (100.0, 70.0)]))
    assert not same(canvas.layer, base())
    canvas.begin(base(), Brush(400, 1.0, 1.0), (80.0, 60.0))
    canvas.end()
    assert same(canvas.layer, base())


def test_softness_falls_from_the_middle_to_the_edge() -> None:
    away = np.linspace(0, 30, 100, dtype=np.float32)
    soft, hard = Brush(40, 0.0).coverage(away), Brush(40, 1.0).coverage(away)
    assert (np.diff(soft) <= 0).all()
    assert soft[0] == hard[0] == 1.0
    assert (hard[away < 19] == 1).all()
    assert soft[50] < 0.7
    assert not soft[away > 20.5].any()
    assert not hard[away > 20.5].any()


def test_a_new_stroke_forgets_what_was_undone() -> None:
    canvas = Canvas(base())
    paint(canvas, (1, Brush(20), [(60.0, 50.0)]))
    canvas.undo()
    assert canvas.can_redo
    paint(canvas, (2, Brush(20), [(90.0, 50.0)]))
    assert not canvas.can_redo
    assert canvas.redo() == []


def test_a_stroke_beside_the_picture_is_no_stroke() -> None:
    canvas = Canvas(base())
    paint(canvas, (1, Brush(20), [(-60.0, -50.0)]))
    assert not canvas.can_undo
    assert canvas.undo() == []
    assert canvas.move((50.0, 50.0)) == []


def test_what_it_starts_from_is_not_touched() -> None:
    start = base()
    paint(Canvas(start), (1, Brush(60), [(60.0, 50.0)]))
    assert same(start, base())


@pytest.mark.parametrize("wrong", [(0.5, 0.5, 1.0), (10.0, 1.5, 1.0), (10.0, 0.5, -0.1)])
def test_impossible_brushes_are_refused(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="brush"):
        Brush(*wrong)


def test_a_layer_of_another_size_is_refused() -> None:
    small = Layer.of_frame(np.zeros((10, 10, 3), np.uint16), 0)
    with pytest.raises(ValueError, match="layer"):
        Canvas(base()).begin(small, Brush(10), (5.0, 5.0))
