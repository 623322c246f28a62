"""Drawing without a browser: diagrams and changes become complete Excalidraw elements, laid out and measured."""
