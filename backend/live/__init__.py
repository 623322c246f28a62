"""The live feed: whatever Postgres has committed reaches every browser that may see it, in order, once. It knows no feature."""
