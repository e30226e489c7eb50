"""The formats, a module each. To add one, add a module with a `RENDERER`."""
