"""Canvases: their elements in Postgres, the merge that lets people and jobs edit together, and who may see them."""
