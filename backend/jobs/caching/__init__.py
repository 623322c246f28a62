"""The result cache and single flight."""
