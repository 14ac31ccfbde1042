"""The critical points of a window: found, named, counted."""
