"""What can go wrong, as a tree.

    AutogradError
    ├── OperandError      (TypeError)        something that is no number or Value was given
    ├── ArgumentError     (ValueError)       an argument of the right type with an unusable value
    │   ├── ShapeError                       lengths or shapes that do not fit together
    │   └── PositionError (IndexError)       an index that a table does not have
    ├── DomainError       (ArithmeticError)  log(0), sqrt(-1), 1/0: no real result there
    ├── NonFiniteError    (ArithmeticError)  NaN or infinity made from finite operands
    ├── GraphError        (ValueError)       the graph does not hold what was asked of it
    ├── RecordingError    (RuntimeError)     a function that cannot be recorded faithfully
    ├── GuardError        (RuntimeError)     a row that takes another branch than the recorded one
    ├── CallError         (RuntimeError)     a module or cost of one's own that failed inside
    ├── RenderError       (RuntimeError)     no renderer, or one that failed
    ├── UnknownNameError  (AttributeError)   an attribute that is not there
    ├── UnknownImportError (ImportError)     the same after `from autograd import`
    ├── KeywordError      (TypeError)        a keyword argument that a function does not have
    └── FileFormatError   (ValueError)       a file that is not what it should be

    RowByRowWarning       (RuntimeWarning)   a compiled program that calls a function of floats for every number

Every message says what was expected, what came and what to do. Each class
also derives from the built-in exception named beside it, so code that knows
nothing of this package can catch it.
"""


class AutogradError(Exception):
    """The root of the tree: ``except AutogradError`` catches all of them."""


class OperandError(AutogradError, TypeError):
    """An operand that is neither a real number nor a Value."""


class ArgumentError(AutogradError, ValueError):
    """An argument of the right type whose value cannot be used."""


class ShapeError(ArgumentError):
    """Lengths or shapes that do not fit together."""


class PositionError(ArgumentError, IndexError):
    """An index that a table does not have."""


class DomainError(AutogradError, ArithmeticError):
    """An operation was asked for a point where it has no real result."""


class NonFiniteError(AutogradError, ArithmeticError):
    """NaN or infinity came out of finite operands."""


class GraphError(AutogradError, ValueError):
    """The graph does not hold what was asked of it."""


class RecordingError(AutogradError, RuntimeError):
    """A function that cannot be recorded faithfully."""


class GuardError(AutogradError, RuntimeError):
    """A row of a batch takes another branch than the one recorded."""


class CallError(AutogradError, RuntimeError):
    """A module or a cost of somebody's own raised an error of Python's, which is the cause of this one."""


class RenderError(AutogradError, RuntimeError):
    """A drawing could not be rendered."""


class UnknownNameError(AutogradError, AttributeError):
    """An attribute that is not there; the message says which one was meant, as far as can be told."""


class UnknownImportError(AutogradError, ImportError):
    """A name that was imported and is not there."""


class KeywordError(AutogradError, TypeError):
    """A keyword argument that a function does not have."""


class RowByRowWarning(RuntimeWarning):
    """A compiled program calls a function of floats for every number of every row, which takes long."""


class FileFormatError(AutogradError, ValueError):
    """A file is truncated, corrupt or of another kind."""
