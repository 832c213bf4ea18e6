"""The program as data: its instructions, what they mean, when they are well formed, how they are told."""
