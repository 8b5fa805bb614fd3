"""The command line: `allez "Bonjour"`, `allez translate|attention|info|models|selftest …`.

Exit codes: 0 done, 1 an error, 2 a wrong use or option value, 130 interrupted, 141 nobody reads
the output any more. What takes long to import is imported by the command that needs it, and
nothing is imported here before `main` is there to answer for an interruption.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # type checkers know the name; `typing` takes long to load
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


def command() -> NoReturn:
    """Run the command line as a program of its own, and end it.

    It ends at once: what Python and ONNX Runtime would take down one by one, a tenth of a short
    run, goes with the process. Garbage is looked for less often: a start makes fifty thousand
    objects and no garbage, a sentence hardly any. NumPy's own threads, which would wait for work
    in a loop that takes a core from who has some, are not started: no product of matrices here is
    large enough for two.
    """
    import gc
    import os

    gc.set_threshold(100_000)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        code = main()
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except KeyboardInterrupt:  # when it was over
        code = 130
    if "allez.bulk" in sys.modules:  # its engines have processes of their own to put away
        sys.exit(code)
    os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        return _interruptible(sys.argv[1:] if argv is None else argv)
    except KeyboardInterrupt:
        if sys.stderr is not None:
            sys.stderr.write("interrupted\n")
        return 130


def _interruptible(argv: Sequence[str]) -> int:
    """Run, and undo it where a module that is interrupted while it loads raises another error."""
    import signal
    import threading

    pressed = False

    def interrupt(number: int, frame: object) -> None:
        nonlocal pressed
        pressed = True
        raise KeyboardInterrupt

    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not usual or threading.current_thread() is not threading.main_thread():
        return _run(argv)
    signal.signal(signal.SIGINT, interrupt)
    try:
        return _run(argv)
    except ImportError:
        if pressed:
            raise KeyboardInterrupt from None
        raise
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _run(argv: Sequence[str]) -> int:
    from allez.cli import console
    from allez.cli.arguments import in_flags, module_of, parse_args
    from allez.errors import AllezError, OptionError

    encoding = console.speak_utf8()
    try:
        try:
            args = parse_args(argv)
            args.console = encoding
            with console.notes(verbose=args.verbose, quiet=args.quiet):
                if not args.quiet and (model := getattr(args, "model", None)):
                    _note_namesake(model)
                code = module_of(args.command).run(args)
        except SystemExit as stop:  # argparse, after --help and --version
            code = int(stop.code or 0)
        console.write("")
        return code
    except AllezError as error:
        is_option = isinstance(error, OptionError)
        console.tell(error, in_flags(str(error)) if is_option else None)
        return 2 if is_option else 1
    except BrokenPipeError:
        console.abandon_output()
        return 141  # what a shell reports of programs that the signal ends


def _note_namesake(model: str) -> None:
    """Tell of a folder or zip here that has the name of the bundle that is taken."""
    import os

    if os.path.basename(model) == model and os.path.exists(model):
        from pathlib import Path

        from allez.bundle.reader import find
        from allez.cli import console

        found = find(model)
        if found != Path(model):
            kind = "an installed" if "@" in found.name else "the shipped"
            console.say(f"note: {model} is {kind} model; --model ./{model} is the one here")


if __name__ == "__main__":
    command()
