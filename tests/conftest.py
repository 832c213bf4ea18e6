"""What all tests share: a hypothesis profile that is repeatable and does not time single examples."""

from hypothesis import settings

settings.register_profile("suite", deadline=None, derandomize=True, database=None, max_examples=25)
# What takes longer: python -m pytest --hypothesis-profile=thorough
settings.register_profile("thorough", deadline=None, max_examples=400)
settings.load_profile("suite")
