"""Formulas: what a value, and a partial derivative, is told as; in unicode, ASCII and LaTeX."""
