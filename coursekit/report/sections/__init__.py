"""The sections of the presentation, a folder each. To add one, add a folder whose package has a `SECTION`."""
