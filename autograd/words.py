"""Words that are not there, answered: what a person who types one by habit is told.

`vocabulary` says what each word of other packages is here. Three doors lead to it: names of modules,
attributes of objects, keyword arguments of functions. None costs anything where the right word is used,
but a call through `keywords_told` its wrapper, so what is called often does without.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from types import TracebackType
from typing import Any, TypeVar

from .argument_words import KEYWORDS
from .errors import KeywordError, UnknownImportError, UnknownNameError
from .text import shown
from .version import version
from .vocabulary import WORDS

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T", bound=type)

_PACKAGES = {"autograd", "nn"}
_LIKE = 0.7


# Names of a module


def module_told(
    module: str,
    names: Collection[str],
    other: str = "",
    others: Collection[str] = (),
    later: Mapping[str, str] | None = None,
) -> Callable[[str], Any]:
    """The ``__getattr__`` of a module that has certain public names, and a ``__version__``, which is looked up then.

    Parameters
    ----------
    module : str
    names : collection of str
        Its public names, of which the nearest are told for a word without an answer.
    other, others : str and collection of str
        Another module, and its names, which are looked for there.
    later : mapping of str to str, optional
        Public names that stand in a module inside, which is imported when one of them is first asked for.
    """

    def __getattr__(name: str) -> Any:  # noqa: N807  # it is one
        if name == "__version__":
            return version()
        if later and name in later:
            found = getattr(importlib.import_module(f"{module}.{later[name]}"), name)
            setattr(sys.modules[module], name, found)
            return found
        if name.startswith("_"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        answer = WORDS[module].get(name) or (f"{other}.{name}" if name in others else None)
        if answer is None:
            near = [f"{module}.{one}" for one in _nearest(name, names)]
            near += [f"{other}.{one}" for one in _nearest(name, others)]
            answer = " or ".join(near[:3]) or f"one of the names in dir({module})"
        message = f"{module}.{shown(name)}: expected {answer}"
        if _imports(sys._getframe(1)):
            # Python would say no more than that it cannot import the name.
            raise UnknownImportError(message, name=module)
        raise _unknown(message, name)

    return __getattr__


def answer_to(word: str, module: str, names: Collection[str]) -> str | None:
    """What is here for a word that was given as text, such as ``cost="mse"``.

    Parameters
    ----------
    word : str
    module : str
        Where it is looked up in the vocabulary.
    names : collection of str
        Those of the module's names that would do, of which the nearest is told otherwise.

    Returns
    -------
    str or None
    """
    near = [f"{module}.{name}" for name in _nearest(word, names, 1)]
    return WORDS[module].get(word) or next(iter(near), None)


def _imports(frame: Any) -> bool:
    """Whether the line that a frame is at is a ``from ... import``."""
    from opcode import opmap

    return bool(frame.f_lasti >= 0 and frame.f_code.co_code[frame.f_lasti] == opmap["IMPORT_FROM"])


def _unknown(message: str, name: str) -> UnknownNameError:
    # Python guesses a name of `obj` for those who read the traceback, beside what is said here.
    return UnknownNameError(message, name=name, obj=None)


# Attributes of objects


class _Word:
    """An attribute that is not there: reading it, or setting it, is an error that says what was meant.

    A class of somebody's own that inherits it may have an attribute of this name.
    """

    def __init__(self, name: str, message: str) -> None:
        self.name, self._message = name, message
        self.__doc__ = f"Not here. {message}"  # for help()

    def __get__(self, thing: Any, owner: type | None = None) -> Any:
        own = {} if thing is None else getattr(thing, "__dict__", {})
        if self.name in own:
            return own[self.name]
        raise _unknown(self._message, self.name)

    def __set__(self, thing: Any, value: Any) -> None:
        if type(thing).__module__.partition(".")[0] in _PACKAGES or not hasattr(thing, "__dict__"):
            raise _unknown(self._message, self.name)
        thing.__dict__[self.name] = value

    def __delete__(self, thing: Any) -> None:
        if getattr(thing, "__dict__", {}).pop(self.name, self) is self:
            raise _unknown(self._message, self.name)


def attributes_told(place: str) -> Callable[[T], T]:
    """A decorator of a class: the words of `place` in the vocabulary are attributes that say what was meant.

    They are descriptors, because a class with ``__getattr__`` reads the attributes that it has at a third of the
    speed. ``hasattr`` does not find them, nor does ``dir`` of an object.
    """

    def decorated(kind: T) -> T:
        for name, answer in WORDS[place].items():
            if not hasattr(kind, name):
                setattr(kind, name, _Word(name, f"{place}.{name}: expected {answer}"))
        kind.__dir__ = _dir  # type: ignore[assignment, method-assign]
        return kind

    return decorated


def _dir(self: Any) -> Iterable[str]:
    return [name for name in object.__dir__(self) if not isinstance(inspect.getattr_static(self, name, None), _Word)]


# Keyword arguments


def keywords_told(place: str) -> Callable[[F], F]:
    """A decorator of a function, or of a class: a keyword that it does not have is answered by what was meant.

    Parameters
    ----------
    place : str
        What the function is called in messages and in the vocabulary, such as ``"nn.fit"``.
    """

    def decorated(function: F) -> F:
        if isinstance(function, type):
            function.__init__ = decorated(function.__init__)  # type: ignore[misc]
            return function

        @functools.wraps(function)
        def told(*given: Any, **named: Any) -> Any:
            try:
                return function(*given, **named)
            except TypeError as error:
                if _is_of_the_call(error.__traceback__):
                    refuse_keywords(place, told, named)
                raise

        return told  # type: ignore[return-value]  # it is called as the function is

    return decorated


def _is_of_the_call(traceback: TracebackType | None) -> bool:
    """Whether an error was raised before the first line of what was called."""
    return traceback is not None and traceback.tb_next is None


def refuse_keywords(place: str, function: Callable[..., Any], named: Mapping[str, Any]) -> None:
    """Raise a `KeywordError` if there are keywords that a function does not have.

    Parameters
    ----------
    place : str
        What the function is called.
    function : callable
    named : mapping of str
        Keywords that a call gave.
    """
    if not named:
        return
    parameters = inspect.signature(function).parameters.values()
    known = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY) and p.name != "self"]
    unknown = [name for name in named if name not in known]
    if unknown:
        given = ", ".join(f"{shown(name)}=..." for name in unknown)
        expected = dict.fromkeys(_meant(place, name, known) for name in unknown)
        raise KeywordError(f"{place}({given}): expected {'; '.join(expected)}") from None


def _meant(place: str, name: str, known: list[str]) -> str:
    """What was meant by a keyword of a function that has others."""
    if name.startswith("_"):
        return f"no such argument, but {_told(known)}"
    if answer := WORDS.get(f"{place}()", {}).get(name):
        return answer
    meant = [word for word in KEYWORDS.get(name, ()) if word in known] or _nearest(name, known)
    return " or ".join(f"{word}=..." for word in meant) or f"no such argument, but {_told(known)}"


def _told(known: list[str]) -> str:
    return ", ".join(f"{name}=" for name in known) or "none by name"


def _nearest(word: str, names: Iterable[str], count: int = 3) -> list[str]:
    """The names that are spelled much like a word, the likest first; one alone where only case and _ are others."""
    bare: dict[str, str] = {}
    for name in names:
        bare.setdefault(_bare(name), name)
    given = _bare(word[:80])
    if given in bare:
        return [bare[given]]
    import difflib  # for errors alone

    return [bare[near] for near in difflib.get_close_matches(given, bare, count, _LIKE)]


def _bare(name: str) -> str:
    return name.lower().replace("_", "")
