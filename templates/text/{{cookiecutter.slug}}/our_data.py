"""Our data, loaded, turned into numbers and split in one place, so that every notebook works with the same examples."""

import csv
import re
from collections import Counter
from pathlib import Path

import numpy as np

from core_lib import Dataset

FILE = Path(__file__).resolve().parent / "data" / "definitions.csv"
LENGTH = 25  # so many words of a text a model sees; what is longer is cut
RARE = 2  # a word that is in fewer training texts than this is unknown to the models
PADDING, UNKNOWN = 0, 1  # the tokens for "here is no word" and "a word that we do not know"


def load():
    """Load the texts, their topics as numbers, and the topics' names."""
    with open(FILE, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    topics = sorted({row["topic"] for row in rows})
    return [row["definition"] for row in rows], np.array([topics.index(row["topic"]) for row in rows]), topics


def words_of(text):
    """Cut a text into its words: small letters only, without signs and numbers."""
    return re.findall(r"[a-z]+", text.lower())


class Vocabulary:
    """The words that the models know, each with its number, which is called its token."""

    def __init__(self, texts):
        counted = Counter(word for text in texts for word in set(words_of(text)))
        self.words = ["-", "?", *(word for word, count in counted.most_common() if count >= RARE)]
        self.tokens = {word: token for token, word in enumerate(self.words)}

    def __len__(self):
        return len(self.words)

    def encode(self, text):
        """Turn a text into LENGTH tokens; a shorter one is filled up at its end."""
        tokens = [self.tokens.get(word, UNKNOWN) for word in words_of(text)][:LENGTH]
        return tokens + [PADDING] * (LENGTH - len(tokens))

    def decode(self, tokens):
        """Turn tokens back into words: what a model sees of a text."""
        return " ".join(self.words[token] for token in tokens if token != PADDING)


def split(seed=0):
    """Split into training, development and test set: to learn from, to decide by, and to report on once.

    Each part gets the same share of each topic (stratify). The vocabulary is made of the training texts alone:
    the other two parts play the unknown future, with words that nobody has seen before.

    Gives the three parts, x of shape (LENGTH, N) with a token a word, and the vocabulary.
    """
    texts, y, topics = load()
    numbers = Dataset(np.arange(len(texts)), y, dtype=None)
    parts = numbers.split(0.7, 0.15, 0.15, rng=np.random.default_rng(seed), stratify=True)
    vocabulary = Vocabulary(texts[number] for number in parts[0].x[0])
    encoded = np.array([vocabulary.encode(text) for text in texts]).T
    return [Dataset(encoded[:, part.x[0]], part.y, classes=topics, dtype=None) for part in parts], vocabulary


def bags(data, vocabulary):
    """Turn each text into a bag of words: a 1 for each word of the vocabulary that is in it, in whatever order."""
    x = np.zeros((len(vocabulary), len(data)), np.float32)
    for number, tokens in enumerate(data.x.T):
        x[tokens, number] = 1
    x[PADDING] = 0
    return Dataset(x, data.y, classes=data.classes)
