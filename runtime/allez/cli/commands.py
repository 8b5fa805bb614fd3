"""The command line: `allez "Bonjour"`, `allez translate|attention|info|selftest …`.

Data goes to standard output, everything else to standard error. Exit codes: 0 done, 1 an error,
2 a wrong use or option value, 130 interrupted, 141 nobody reads the output any more. What takes
long to import is imported by the command that needs it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from allez import __version__
from allez.cli.arguments import parse_args, parser_of
from allez.errors import AllezError, InputError, OptionError, OutputError

if TYPE_CHECKING:
    from allez.bundle.manifest import Manifest
    from allez.documents.lines import LineFile, LineStream
    from allez.options import SearchOptions
    from allez.translate.translator import Translator

_CPU_FEATURES = (
    *("avx2", "avx_vnni", "avx512f", "avx512_vnni", "amx_int8"),
    *("asimd", "asimddp", "i8mm", "sve"),
)
"""What decides how fast int8 is, in the words of /proc/cpuinfo."""


def _options(args: argparse.Namespace, manifest: Manifest) -> SearchOptions:
    """Return the search options, complete and checked before any work begins."""
    from allez.options import SearchOptions

    beam, penalty = args.beam_size, args.length_penalty
    return SearchOptions(
        # More answers than rows cannot be had: asking for them alone widens the default beam.
        beam_size=max(manifest.beam_size, args.n_best) if beam is None else beam,
        n_best=args.n_best,
        max_length=args.max_length,
        min_length=args.min_length,
        length_penalty=manifest.length_penalty if penalty is None else penalty,
        no_repeat_ngram_size=args.no_repeat_ngram_size,
        candidates=args.candidates,
    )


# --- translate ------------------------------------------------------------------------------


def run_translate(args: argparse.Namespace) -> int:
    """Translate texts, a file or standard input."""
    if args.bare and (sys.stdin is None or _is_terminal(sys.stdin)):
        parser_of(None).print_help()
        return 0
    if args.text and args.input:
        raise OptionError("either TEXT or --input, not both")
    if args.prefix and len(args.text) != 1:
        raise OptionError("--prefix needs exactly one TEXT")

    from dataclasses import asdict

    from allez.documents.lines import render
    from allez.translate.translator import Translator

    if len(args.text) == 1 and os.path.isfile(args.text[0]) and not args.quiet:
        _say(f"note: {args.text[0]} is taken for a text; allez -i translates the file")
    lines = None if args.text else _lines(args)
    with Translator(args.model, threads=args.threads) as translator:
        options = _options(args, translator.bundle.manifest)
        if lines is not None:
            _translate_lines(args, translator, lines, options)
            return 0
        if args.prefix:
            (text,) = args.text
            results = iter([translator.translate(text, prefix=args.prefix, **asdict(options))])
        else:
            results = translator.translate_batch(args.text, **asdict(options))
        with _writer(args) as (write, _):
            for translation in results:
                write(render(translation, args.format, options.n_best))
    return 0


def _lines(args: argparse.Namespace) -> LineFile | LineStream:
    from allez.documents.lines import LineStream, open_lines

    if args.input not in (None, "-"):
        return open_lines(Path(args.input), errors=args.errors)
    if sys.stdin is None:
        raise InputError("standard input is closed")
    if _is_terminal(sys.stdin) and not args.quiet:
        _say("type a line and press Enter to see its translation")
    return LineStream(sys.stdin.buffer, "standard input", errors=args.errors)


def _translate_lines(
    args: argparse.Namespace,
    translator: Translator,
    lines: LineFile | LineStream,
    options: SearchOptions,
) -> None:
    """Translate a file, which may be continued, or a stream, which cannot."""
    from allez.documents.lines import LineFile, describe_job, translate_lines

    job, source = None, None
    if isinstance(lines, LineFile):
        job = describe_job(lines, translator.bundle.manifest, options, args.format)
        source = Path(args.input)
    size = options.n_best if args.format == "text" else 1
    with (
        _writer(args, source=source, job=job, lines_per_record=size) as (write, done),
        _progress(args, lines.total, done) as show,
    ):
        translate_lines(
            translator, lines, write, options=options, form=args.format, done=done, progress=show
        )


@contextlib.contextmanager
def _writer(
    args: argparse.Namespace,
    *,
    source: Path | None = None,
    job: Mapping[str, Any] | None = None,
    lines_per_record: int = 1,
) -> Iterator[tuple[Callable[[str], None], int]]:
    """Yield what takes records, standard output or a file, and how many it has already."""
    if args.output in (None, "-"):
        yield _print, 0
        return
    from allez.documents.output import open_output

    target = Path(args.output)
    with open_output(target, source=source, job=job, lines_per_record=lines_per_record) as output:
        yield output.write, output.done


@contextlib.contextmanager
def _progress(
    args: argparse.Namespace, total: int | None, done: int
) -> Iterator[Callable[[int], None]]:
    """Yield what shows how far a file has been translated, if anybody sees it."""
    in_the_way = args.output in (None, "-") and _is_terminal(sys.stdout)
    if total is None or args.quiet or in_the_way or not _is_terminal(sys.stderr):
        yield lambda done: None
        return
    from tqdm import tqdm

    with tqdm(total=total, initial=done, unit=" lines", file=sys.stderr) as bar:

        def show(done: int) -> None:
            bar.update(done - bar.n)

        yield show


# --- attention, info, selftest --------------------------------------------------------------


def run_attention(args: argparse.Namespace) -> int:
    """Draw which source tokens each target token was made from."""
    if not args.text:
        raise OptionError("a text is needed", hint='allez attention "Comment allez-vous ?"')
    if args.output and not args.output.lower().endswith(".png"):
        raise OptionError(f"{args.output}: only PNG can be written", hint="a name ending in .png")

    import shutil
    from dataclasses import asdict

    from allez.cli import heatmap
    from allez.documents.output import open_output
    from allez.translate.translator import Translator

    with Translator(args.model, threads=args.threads) as translator:
        options = _options(args, translator.bundle.manifest)
        (text,) = args.text
        result = translator.translate(text, prefix=args.prefix, **asdict(options))
    if not result.sentences:
        hint = "white space, numbers and signs, and scripts that it never learnt, are copied"
        raise InputError("there is nothing to translate in the text", hint=hint)
    if args.output:
        with open_output(Path(args.output)) as output:
            output.write(heatmap.png(result.sentences))
        return 0
    shades = heatmap.shades_for(_is_terminal(sys.stdout), args.console, os.environ)
    width = shutil.get_terminal_size((100, 24)).columns
    for sentence in result.sentences:
        drawn = heatmap.draw(sentence, width=width, shades=shades)
        _print(f"{sentence.source}\n{sentence.text}\n\n{drawn}\n\n")
    return 0


def run_info(args: argparse.Namespace) -> int:
    """Print what a bug report should tell: model, versions, processor, threads, telemetry."""
    import platform

    from allez.model.session import environment
    from allez.translate.translator import Translator

    known = environment()
    system = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    rows = {"allez": __version__, "python": system, "onnxruntime": known.pop("onnxruntime")}
    rows |= {name: _version_of(name) for name in ("tokenizers", "numpy")} | known
    rows |= _processor()
    failure = None
    try:
        with Translator(args.model, threads=args.threads) as translator:
            manifest, size = translator.bundle.manifest, translator.bundle.size
            rows |= {
                "threads": str(translator.threads),
                "model": f"{manifest.name} {manifest.version}",
                "path": str(translator.bundle.path),
                "languages": f"{manifest.source} to {manifest.target}",
                "size": f"{size / 1e6:.1f} MB ({size:,} bytes)",
                "precision": manifest.precision,
                "attention": manifest.attention,
                "candidates": "listed" if "candidates" in manifest.files else "none",
                "licence": manifest.license,
                "check": f"ok ({len(manifest.files)} files as the manifest says, graphs load)",
            }
    except AllezError as error:
        rows["check"] = "failed"
        failure = error
    _print("".join(f"{name:<14}{value}\n" for name, value in rows.items()))
    if failure is not None:
        raise failure
    return 0


def _version_of(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:  # bundled by a packager that drops metadata
        return "unknown"


def _processor() -> dict[str, str]:
    """Return model, features and cores of the processor, as far as the system tells."""
    import platform

    # Elsewhere `platform.processor` would start another program to find out.
    model, features = platform.processor() if sys.platform == "win32" else "", set[str]()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split("\n"):
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                model = value.strip()
            elif key.strip() in ("flags", "Features"):
                features = set(value.split())
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found = " ".join(feature for feature in _CPU_FEATURES if feature in features)
    return {
        "processor": model or platform.machine(),
        "features": found or "unknown",
        "cores": f"{os.cpu_count()}, {usable} of them usable",
    }


def run_selftest(args: argparse.Namespace) -> int:
    """Translate the bundle's golden sentences, and tell which came out as recorded."""
    from allez.translate.translator import Translator

    passed = failed = 0
    with Translator(args.model, threads=args.threads) as translator:
        for test in translator.selftest():
            passed, failed = passed + test.passed, failed + (not test.passed)
            if not test.passed:
                _print(f"failed: {_plain(test.text)}\n")
                _print(f"  expected {test.expected!r}\n  got      {test.translation!r}\n")
                _print(f"  {test.problem}\n")
            elif args.verbose:
                _print(f"passed: {_plain(test.text)}\n")
    _print(f"{passed} passed, {failed} failed\n")
    if not passed + failed:
        raise InputError("the bundle has no golden sentences")
    return 1 if failed else 0


_RUN: dict[str, Callable[[argparse.Namespace], int]] = {
    "translate": run_translate,
    "attention": run_attention,
    "info": run_info,
    "selftest": run_selftest,
}


# --- the whole ------------------------------------------------------------------------------


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    console = _speak_utf8()
    try:
        try:
            args = parse_args(sys.argv[1:] if argv is None else argv)
            args.console = console
            with _logging(args):
                code = _RUN[args.command](args)
        except SystemExit as stop:  # argparse, after --help and --version
            code = int(stop.code or 0)
        _print("")
        return code
    except AllezError as error:
        _say(f"error: {error}")
        if error.hint:
            _say(f"hint: {error.hint}")
        return 2 if isinstance(error, OptionError) else 1
    except KeyboardInterrupt:
        _say("interrupted")
        return 130
    except BrokenPipeError:
        _abandon_output()
        return 141  # what a shell reports of programs that the signal ends


def _speak_utf8() -> str | None:
    """Make UTF-8 of all text, whatever the console's default; return what that was."""
    console = getattr(sys.stdout, "encoding", None)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    return console


def _is_terminal(stream: IO[str] | None) -> bool:
    """Whether somebody sits there; a stream that was closed before we began is None."""
    return stream is not None and stream.isatty()


def _print(text: str) -> None:
    """Write to standard output, at once.

    Raises:
        OutputError: it cannot be written.
        BrokenPipeError: nobody reads it any more.
    """
    if sys.stdout is None:
        if not text:
            return
        raise OutputError("standard output is closed")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _abandon_output()
        raise OutputError(f"cannot write standard output: {error.strerror}") from None


def _say(text: str) -> None:
    """Write a line to standard error, if there is one."""
    if sys.stderr is not None:  # print would take standard output instead
        print(_plain(text), file=sys.stderr)


def _plain(text: str) -> str:
    """Return a line without what a terminal would act upon; a bundle may have put it there."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _abandon_output() -> None:
    """Let the interpreter's last flush go nowhere, so that it has nothing to complain about."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def _logging(args: argparse.Namespace) -> Iterator[None]:
    """Show what the library has to say: warnings, with -v more, with --quiet less."""
    levels = (logging.WARNING, logging.INFO, logging.DEBUG)
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("note: %(message)s"))
    logger = logging.getLogger("allez")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.ERROR if args.quiet else levels[min(args.verbose, 2)])
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


if __name__ == "__main__":
    sys.exit(main())
