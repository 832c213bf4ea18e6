"""What all tests share: a hypothesis profile that is repeatable and does not time single examples."""

from hypothesis import settings

settings.register_profile("suite", deadline=None, derandomize=True, database=None, max_examples=60)
settings.load_profile("suite")
