"""Pages: one HTML file each, with its styles, scripts and data inside, that asks nothing of a network."""
