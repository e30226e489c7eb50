"""The examples are cut as they should be, and no part of the split knows anything of a later one."""

import numpy as np
import our_data


def test_an_example_is_what_was_measured():
    weeks, values = our_data.load()
    data, when = our_data.examples()
    number = 700
    now = int(np.flatnonzero(weeks == when[number])[0])
    change = values[now + our_data.HORIZON] - values[now]
    assert np.isclose(our_data.ppm(data.y[0, number]), change, atol=1e-3)
    assert data.x[-1, 0, number] == 0
    year_ago = our_data.fill(values)[now - 52] - values[now]
    assert np.isclose(our_data.ppm(data.x[-53, 0, number]), year_ago, atol=1e-3)


def test_gaps_are_filled_and_what_was_measured_stays():
    filled = our_data.fill(np.array([1.0, np.nan, np.nan, 4.0, 5.0]))
    assert filled.tolist() == [1, 2, 3, 4, 5]


def test_each_part_is_older_than_the_next():
    data, weeks = our_data.examples()
    sizes = [len(part) for part in our_data.split()]
    assert min(sizes) > 200
    assert len(data) - sum(sizes) == 2 * our_data.HORIZON  # what reaches over the two cuts is in none
    assert (weeks[1:] > weeks[:-1]).all()


def test_as_last_year_repeats_a_series_that_repeats_itself():
    season = np.sin(np.arange(our_data.WINDOW) * 2 * np.pi / 52)
    x = (season - season[-1]).reshape(-1, 1, 1)
    data = type("Data", (), {"x": x})
    expected = np.sin((our_data.WINDOW - 1 + our_data.HORIZON) * 2 * np.pi / 52) - season[-1]
    assert np.allclose(our_data.as_last_year(data), expected)
