"""The split is honest: every row is in one part only, and nothing was learned from the rows that are kept for later."""

import numpy as np
import our_data


def test_every_row_is_in_one_part_only():
    whole, parts = our_data.load(), our_data.split()
    assert sum(len(part) for part in parts) == len(whole)


def test_the_features_are_scaled_by_the_training_set_alone():
    train, development, test = our_data.split()
    assert np.allclose(train.x.mean(axis=1), 0, atol=1e-3)
    assert not np.allclose(np.hstack([development.x, test.x]).mean(axis=1), 0, atol=1e-3)


def test_the_target_is_no_feature():
    whole = our_data.load()
    assert not any(name.startswith(our_data.TARGET) for name in whole.features)


def test_the_same_seed_gives_the_same_split():
    once, again, other = our_data.split()[0], our_data.split()[0], our_data.split(seed=1)[0]
    assert np.array_equal(once.x, again.x)
    assert not np.array_equal(once.x, other.x)
