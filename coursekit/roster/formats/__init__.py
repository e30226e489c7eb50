"""The formats of rosters: one module each, with a `FORMAT`."""
