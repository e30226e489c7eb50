"""The workflows that need several capabilities at once."""
