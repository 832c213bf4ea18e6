"""What networks are built of: neurons, layers, and what stands between them."""
