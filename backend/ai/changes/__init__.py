"""Owns what each job did to a canvas: kept, undone and done again as one step, sparing what people changed since."""
