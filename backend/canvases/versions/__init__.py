"""Owns what canvases were like: versions that are kept by hand or by themselves, looked at, and restored through the merge."""
