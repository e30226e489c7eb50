"""The exports: one module each, with an `EXPORT`."""
