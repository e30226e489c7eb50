"""Layers of our own; every file in this folder is looked into by tests/test_layers.py."""
