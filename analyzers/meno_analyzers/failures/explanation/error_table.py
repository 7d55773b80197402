"""What an exception says about its cause: for every builtin type, and closer for messages that say more.

The messages are CPython's of 3.8 to 3.13. A type that is not here (the learner's own) says nothing by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from meno_analyzers.failures.explanation.schema import UNKNOWN, Mechanism


@dataclass(frozen=True, slots=True)
class Reading:
    """What an error points to; `certain` if its message leaves little else."""

    category: str
    mechanism: Mechanism
    certain: bool = False


def reading_of(kind: str, message: str) -> Reading | None:
    """The reading of an error; None for a type that is not Python's own."""
    name = kind.rpartition(".")[2]
    by_type = _TYPES.get(name)
    if by_type is None:
        return None
    for pattern, category, mechanism in _MESSAGES.get(name, ()):
        if re.search(pattern, message[:500]):
            return Reading(category or by_type[0], mechanism, certain=True)
    return Reading(*by_type)


_M = Mechanism

_TYPES: dict[str, tuple[str, Mechanism]] = {
    "ArithmeticError": (UNKNOWN, _M.WRONG_OPERATOR),
    "AssertionError": ("LogicError", _M.SPEC_MISMATCH),
    "AttributeError": ("AttributeError", _M.WRONG_NAME),
    "BaseException": (UNKNOWN, _M.CONTROL_FLOW),
    "BaseExceptionGroup": (UNKNOWN, _M.CONTROL_FLOW),
    "BlockingIOError": (UNKNOWN, _M.ENVIRONMENT),
    "BrokenPipeError": (UNKNOWN, _M.ENVIRONMENT),
    "BufferError": (UNKNOWN, _M.ENVIRONMENT),
    "BytesWarning": (UNKNOWN, _M.WRONG_TYPE),
    "ChildProcessError": (UNKNOWN, _M.ENVIRONMENT),
    "ConnectionAbortedError": (UNKNOWN, _M.ENVIRONMENT),
    "ConnectionError": (UNKNOWN, _M.ENVIRONMENT),
    "ConnectionRefusedError": (UNKNOWN, _M.ENVIRONMENT),
    "ConnectionResetError": (UNKNOWN, _M.ENVIRONMENT),
    "DeprecationWarning": (UNKNOWN, _M.API_MISUSE),
    "EOFError": (UNKNOWN, _M.BOUNDARY),
    "EncodingWarning": (UNKNOWN, _M.ENVIRONMENT),
    "EnvironmentError": (UNKNOWN, _M.ENVIRONMENT),
    "Exception": (UNKNOWN, _M.CONTROL_FLOW),
    "ExceptionGroup": (UNKNOWN, _M.CONTROL_FLOW),
    "FileExistsError": (UNKNOWN, _M.ENVIRONMENT),
    "FileNotFoundError": (UNKNOWN, _M.ENVIRONMENT),
    "FloatingPointError": (UNKNOWN, _M.WRONG_OPERATOR),
    "FutureWarning": (UNKNOWN, _M.API_MISUSE),
    "GeneratorExit": (UNKNOWN, _M.CONTROL_FLOW),
    "IOError": (UNKNOWN, _M.ENVIRONMENT),
    "ImportError": (UNKNOWN, _M.ENVIRONMENT),
    "ImportWarning": (UNKNOWN, _M.ENVIRONMENT),
    "IndentationError": ("SyntaxError", _M.CONTROL_FLOW),
    "IndexError": ("IndexError", _M.BOUNDARY),
    "InterruptedError": (UNKNOWN, _M.ENVIRONMENT),
    "IsADirectoryError": (UNKNOWN, _M.ENVIRONMENT),
    "KeyError": ("KeyError", _M.WRONG_NAME),
    "KeyboardInterrupt": ("InfiniteLoop", _M.UPDATE_MISSING),
    "LookupError": (UNKNOWN, _M.BOUNDARY),
    "MemoryError": ("InfiniteLoop", _M.UPDATE_MISSING),
    "ModuleNotFoundError": (UNKNOWN, _M.ENVIRONMENT),
    "NameError": ("NameError", _M.WRONG_NAME),
    "NotADirectoryError": (UNKNOWN, _M.ENVIRONMENT),
    "NotImplementedError": (UNKNOWN, _M.SPEC_MISMATCH),
    "OSError": (UNKNOWN, _M.ENVIRONMENT),
    "OverflowError": (UNKNOWN, _M.WRONG_OPERATOR),
    "PendingDeprecationWarning": (UNKNOWN, _M.API_MISUSE),
    "PermissionError": (UNKNOWN, _M.ENVIRONMENT),
    "ProcessLookupError": (UNKNOWN, _M.ENVIRONMENT),
    "PythonFinalizationError": (UNKNOWN, _M.ENVIRONMENT),
    "RecursionError": ("RecursionError", _M.BASE_CASE),
    "ReferenceError": (UNKNOWN, _M.ALIASING),
    "ResourceWarning": (UNKNOWN, _M.ENVIRONMENT),
    "RuntimeError": (UNKNOWN, _M.CONTROL_FLOW),
    "RuntimeWarning": (UNKNOWN, _M.CONTROL_FLOW),
    "StopAsyncIteration": (UNKNOWN, _M.BOUNDARY),
    "StopIteration": (UNKNOWN, _M.BOUNDARY),
    "SyntaxError": ("SyntaxError", _M.CONTROL_FLOW),
    "SyntaxWarning": ("SyntaxError", _M.CONTROL_FLOW),
    "SystemError": (UNKNOWN, _M.ENVIRONMENT),
    "SystemExit": (UNKNOWN, _M.CONTROL_FLOW),
    "TabError": ("SyntaxError", _M.CONTROL_FLOW),
    "TimeoutError": (UNKNOWN, _M.ENVIRONMENT),
    "TypeError": ("TypeError", _M.WRONG_TYPE),
    "UnboundLocalError": ("NameError", _M.INITIAL_VALUE),
    "UnicodeDecodeError": (UNKNOWN, _M.ENVIRONMENT),
    "UnicodeEncodeError": (UNKNOWN, _M.ENVIRONMENT),
    "UnicodeError": (UNKNOWN, _M.ENVIRONMENT),
    "UnicodeTranslateError": (UNKNOWN, _M.ENVIRONMENT),
    "UnicodeWarning": (UNKNOWN, _M.ENVIRONMENT),
    "UserWarning": (UNKNOWN, _M.CONTROL_FLOW),
    "ValueError": ("ValueError", _M.WRONG_TYPE),
    "Warning": (UNKNOWN, _M.CONTROL_FLOW),
    "WindowsError": (UNKNOWN, _M.ENVIRONMENT),
    "ZeroDivisionError": ("ZeroDivisionError", _M.BOUNDARY),
}

# The first pattern that is found counts. An empty category is the type's own.
_MESSAGES: dict[str, tuple[tuple[str, str, Mechanism], ...]] = {
    "AttributeError": (
        (r"'NoneType' object has no attribute", "", _M.MISSING_RETURN),
        (r"partially initialized module|module '.*' has no attribute", "", _M.API_MISUSE),
        (r"'(?:function|method|builtin_function_or_method)' object has no", "MissingCall", _M.WRONG_CALL),
        (r"'(?:str|int|float|bool|list|dict|set|tuple|bytes)' object has no", "", _M.WRONG_TYPE),
    ),
    "ImportError": ((r"cannot import name", "NameError", _M.WRONG_NAME),),
    "IndexError": (
        (r"out of range|from empty|from an empty", "", _M.BOUNDARY),
        (r"empty sequence", "", _M.BOUNDARY),
    ),
    "KeyError": ((r"popitem\(\): dictionary is empty", "", _M.BOUNDARY),),
    "NameError": (
        (r"name '.*' is not defined", "", _M.WRONG_NAME),
        (r"free variable|cannot access", "", _M.INITIAL_VALUE),
    ),
    "RuntimeError": (
        (r"changed (?:size|keys) during iteration|mutated during iteration", "LogicError", _M.ALIASING),
        (r"generator raised StopIteration", "", _M.BOUNDARY),
        (r"super\(\)", "MissingCall", _M.WRONG_CALL),
    ),
    "RecursionError": ((r"maximum recursion depth", "", _M.BASE_CASE),),
    "TypeError": (
        (r"'NoneType'|NoneType object", "", _M.MISSING_RETURN),
        (r"positional arguments?\b|required (?:positional|keyword)", "WrongArgument", _M.WRONG_CALL),
        (r"unexpected keyword|multiple values for|takes (?:no|at most|at least|exactly)", "WrongArgument",
         _M.WRONG_CALL),
        (r"expected (?:at most|at least|exactly|\d+)", "WrongArgument", _M.WRONG_CALL),
        (r"object is not callable", "", _M.WRONG_CALL),
        (r"'(?:function|method|builtin_function_or_method|type)' object", "MissingCall", _M.WRONG_CALL),
        (r"and '(?:function|method|builtin_function_or_method)'", "MissingCall", _M.WRONG_CALL),
        (r"does not support item (?:assignment|deletion)", "", _M.API_MISUSE),
        (r"exceptions must|catching classes|abstract|cannot be used as a|context manager", "",
         _M.API_MISUSE),
        (r"unsupported operand|not supported between|concatenate|must be str|must be a string", "",
         _M.WRONG_TYPE),
        (r"not subscriptable|not iterable|unhashable|indices must be|can't multiply|cannot be interpreted",
         "", _M.WRONG_TYPE),
        (r"has no len|bad operand|expected str|argument must be|sequence item", "", _M.WRONG_TYPE),
    ),
    "UnboundLocalError": ((r"referenced before assignment|cannot access local", "", _M.INITIAL_VALUE),),
    "ValueError": (
        (r"invalid literal for int|could not convert string", "", _M.WRONG_TYPE),
        (r"values to unpack", "", _M.WRONG_TYPE),
        (r"empty (?:sequence|range)|is empty|math domain|range\(\) arg 3", "", _M.BOUNDARY),
        (r"not in list|not in deque|not in tuple|substring not found|not found", "", _M.API_MISUSE),
        (r"closed file|I/O operation", "", _M.CONTROL_FLOW),
        (r"invalid mode|format|unknown", "", _M.API_MISUSE),
    ),
    "ZeroDivisionError": ((r"zero", "", _M.BOUNDARY),),
}  # fmt: skip

BUILTIN_ERRORS = frozenset(_TYPES)
