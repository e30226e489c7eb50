"""Tests of the PDF layer."""
