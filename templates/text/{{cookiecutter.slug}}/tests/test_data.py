"""Texts become what they should, and nothing is known of the words that only later texts hold."""

import numpy as np
import our_data


def test_a_text_becomes_its_words():
    assert our_data.words_of("(genetics) A large-flowered Rose, 2 m high") == "genetics a large flowered rose m high".split()


def test_tokens_tell_known_unknown_and_missing_words_apart():
    vocabulary = our_data.Vocabulary(["a red rose", "a red car", "blue"])
    tokens = vocabulary.encode("a blue rose is red")
    assert len(tokens) == our_data.LENGTH
    assert vocabulary.decode(tokens) == "a ? ? ? red"


def test_the_parts_share_no_text_and_have_all_topics():
    parts, vocabulary = our_data.split()
    texts, y, topics = our_data.load()
    assert sum(len(part) for part in parts) == len(texts) == len(set(texts))
    for part in parts:
        shares = np.bincount(part.y, minlength=len(topics)) / len(part)
        assert np.allclose(shares, np.bincount(y) / len(y), atol=0.01)
        assert part.x.max() < len(vocabulary)


def test_the_vocabulary_is_made_of_the_training_texts_alone():
    (train, development, _), vocabulary = our_data.split()
    texts, _, _ = our_data.load()
    assert len(vocabulary) < len(our_data.Vocabulary(texts))
    unknown = [(part.x == our_data.UNKNOWN).sum() / (part.x != our_data.PADDING).sum() for part in (train, development)]
    assert unknown[1] > unknown[0]


def test_a_bag_holds_the_words_of_its_text():
    (train, _, _), vocabulary = our_data.split()
    bag = our_data.bags(train, vocabulary)
    assert bag.x.shape == (len(vocabulary), len(train))
    assert set(np.flatnonzero(bag.x[:, 5])) == set(train.x[:, 5]) - {our_data.PADDING}
