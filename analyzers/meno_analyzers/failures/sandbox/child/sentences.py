"""The plain sentences that say what ended a case that did not end by itself."""

from __future__ import annotations

import errno
import signal

_CRASHES = {"SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT", "SIGSYS"}


def seconds_in_words(seconds: float) -> str:
    number = f"{seconds:g}"
    return number + (" second" if number == "1" else " seconds")


def bytes_in_words(count: int) -> str:
    for size, unit in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if count >= size:
            return f"{count / size:.4g} {unit}"
    return f"{count} bytes"


def too_long(seconds: float) -> str:
    return f"This ran for {seconds_in_words(seconds)} without an end and was stopped."


def too_much_processor(seconds: float) -> str:
    return f"This kept the processor busy for {seconds_in_words(seconds)} without an end and was stopped."


def too_much_memory(limit: int) -> str:
    return f"This asked for more than {bytes_in_words(limit)} of memory and was stopped."


def too_much_output(limit: int) -> str:
    return f"This printed more than {bytes_in_words(limit)} and was stopped."


def too_many_processes(limit: int) -> str:
    return f"This started more than {limit} processes at once and was stopped."


def left_by_exit(code: object) -> str:
    return f"This left the program through `sys.exit` (code {code}) before it came to its end."


def left_early(code: int) -> str:
    return f"This ended Python itself (exit code {code}) before it came to its end."


def killed(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = str(number)
    if name in _CRASHES:
        return f"Python itself crashed while this ran ({name}); an endless recursion is a frequent cause."
    return f"This was ended by a signal ({name}) before it came to its end."


def lost() -> str:
    return "This ended without an answer that could be read."


def of_error(error: BaseException, file_limit: int) -> str | None:
    """What a limit of the sandbox has to do with an error, or None if it has nothing to do with it."""
    if isinstance(error, EOFError):
        return "This asked for more input than there was to read."
    if isinstance(error, RecursionError):
        return "Functions called one another too deep without coming back, and Python stopped them."
    if isinstance(error, OSError):
        if error.errno in (errno.EFBIG, errno.ENOSPC, getattr(errno, "EDQUOT", errno.EFBIG)):
            return f"This wrote more than the {bytes_in_words(file_limit)} that a file may hold here."
        if error.errno == errno.EROFS:
            return "This wrote outside the program's folder, which is not possible here."
        if error.errno in (errno.ENETUNREACH, errno.ENETDOWN) or type(error).__name__ == "gaierror":
            return "This tried to reach the network, which is switched off here."
        if isinstance(error, PermissionError) and error.strerror and error.strerror.endswith(" here"):
            return "This tried to reach beyond the program itself, which is not possible here."
        if isinstance(error, BlockingIOError):
            return "This started more processes than it may."
    return None
