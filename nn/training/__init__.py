"""How networks learn: `fit`, and all that goes on around an epoch."""
