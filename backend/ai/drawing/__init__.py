"""Drawing without a browser: diagrams and changes become complete Excalidraw elements, laid out and measured.

``draw.draw_diagram``, ``changes.apply_operations``, ``view.read_canvas``, ``geometry.check_geometry``; names of colour
schemes and styles are in ``themes``, which needs no font.
"""
