"""The chapters in the document's order."""

from __future__ import annotations

from gallery import backpropagation, descent, intuition, neurons
from gallery.picture import Picture

CHAPTERS = (intuition.CHAPTER, descent.CHAPTER, backpropagation.CHAPTER, neurons.CHAPTER)
PICTURES: dict[str, Picture] = {name: made for chapter in CHAPTERS for name, made in chapter.pictures.items()}
