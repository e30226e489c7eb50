"""One module a place that writes down who took part in a meeting; each has a `FORMAT`."""
