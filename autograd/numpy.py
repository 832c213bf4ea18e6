"""What ``import autograd.numpy`` says, as code for HIPS autograd begins: that this is another package."""

from .errors import UnknownImportError
from .vocabulary import WORDS

raise UnknownImportError(f"autograd.numpy: expected {WORDS['autograd']['numpy']}", name="autograd.numpy")
