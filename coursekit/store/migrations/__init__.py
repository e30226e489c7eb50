"""The steps from one schema to the next; released ones are never edited."""
