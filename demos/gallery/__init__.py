"""The document's pictures by chapter, each made from live Values; equations, code and the page that shows them."""
