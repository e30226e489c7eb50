"""The split is what it should be: nothing in two parts, each digit everywhere, and forms that repeat each other."""

import numpy as np
import our_data


def rows(data):
    return {column.tobytes() for column in np.ascontiguousarray(data.x.T)}


def test_no_picture_is_in_two_parts():
    train, development, test = map(rows, our_data.split())
    assert len(train | development | test) == 1797  # no picture occurs twice in the data
    assert not train & development
    assert not train & test
    assert not development & test


def test_each_digit_is_as_frequent_in_every_part():
    for part in our_data.split():
        shares = np.bincount(part.y) / len(part)
        assert shares.min() > 0.09
        assert shares.max() < 0.11


def test_the_folds_are_all_pictures_once():
    data = our_data.dataset()
    held_out = [rows(part) for _, part in our_data.folds(data, 3)]
    assert sum(map(len, held_out)) == len(set.union(*held_out)) == 1797


def test_the_forms_begin_with_the_same_digits():
    y = our_data.dataset().y
    form = our_data.forms(y)
    assert form.max() + 1 == 14
    for number in range(14):
        first = np.flatnonzero(form == number)[0]
        assert (y[first : first + 20] == y[:20]).mean() >= 0.5
