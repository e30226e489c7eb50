"""RandomShift does what its docstring says; that its gradient is right, test_layers.py says."""

import numpy as np
from layers.random_shift import RandomShift


def test_a_whole_pixel_moves_the_picture_and_fills_with_zeros():
    layer = RandomShift(3, 4, 1.0, rng=np.random.default_rng(0))
    picture = np.arange(1.0, 13.0).reshape(3, 4, 1)
    down = layer.move(picture, np.array([1.0]), 0)
    assert np.array_equal(down[1:], picture[:-1])
    assert not down[0].any()
    left = layer.move(picture, np.array([-1.0]), 1)
    assert np.array_equal(left[:, :-1], picture[:, 1:])


def test_a_fraction_of_a_pixel_is_shared_between_two():
    layer = RandomShift(3, 2, 1.0, rng=np.random.default_rng(0))
    dot = np.array([0.0, 1.0, 0.0]).reshape(3, 1, 1)  # one column
    assert np.allclose(layer.move(dot, np.array([0.3]), 0).ravel(), [0, 0.7, 0.3])


def test_each_picture_moves_by_itself_and_only_while_training():
    layer = RandomShift(8, 8, 0.75, rng=np.random.default_rng(0))
    x = np.tile(np.random.default_rng(1).random((64, 1), dtype=np.float32), 5)
    y = layer.forward(x)
    assert y.dtype == np.float32
    assert len({column.tobytes() for column in np.ascontiguousarray(y.T)}) == 5
    assert np.array_equal(layer.eval().forward(x), x)
