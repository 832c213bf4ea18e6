"""What is right, and what is usually done wrong: a module of exercises for each chapter."""
