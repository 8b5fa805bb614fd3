"""`allez translate` with files and folders: one result for each, in a folder or beside it.

One file that cannot be read does not stop the others; it is named, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import logging
import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allez.cli import console
from allez.cli.applied import Applied
from allez.cli.chosen import languages_of, legs, steps_of, translator_of
from allez.cli.doubted import told
from allez.cli.options import options_of
from allez.errors import AllezError, InputError, OptionError

_log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from allez.bundle.manifest import Manifest
    from allez.documents.formats import Format
    from allez.documents.reading import Reading
    from allez.documents.translation import Look, Translate
    from allez.documents.tree import Job, Journal
    from allez.options import TranslateOptions

Progress = Callable[[int, int], contextlib.AbstractContextManager[Callable[[int], None]]]
"""Shows how much is done: of so many, of which some are done already."""

Doubts = Callable[[Path, Callable[[int], str]], "contextlib.AbstractContextManager[Look]"]
"""Tells what of a file is in doubt, and where."""

MOST_BYTES = 64 * 2**20
"""A document is held in memory as a whole, several times over."""

_BEGINNING = 2**16
"""Bytes that tell a format."""

_PACKED = ("docx", "pptx", "xlsx", "opendocument")
"""Formats whose endings say more than the format: `.odt`, `.ods`; `.docx`, `.docm`."""

_STANDARD_OUTPUT = Path("-")
"""The target of `-o -`: this object, since a file may have that name too."""


def take_names(args: argparse.Namespace) -> None:
    """Make inputs of the arguments, if files and folders are what they name.

    What is spelled like a file always is one, and with an option for files whatever is there;
    nothing behind `--` is.

    Raises:
        InputError: none of what is spelled like a file is there.
        OptionError: one argument is a file, and another one a text.
    """
    if not args.text or args.input or args.literal:
        return
    for_files = args.output is not None or _is_special(args)
    named = [t for t in args.text if _is_spelled(t) or (for_files and os.path.exists(t))]
    if not named:
        return
    hint = "a text that looks like a file goes behind --"
    if len(named) < len(args.text):
        text = next(text for text in args.text if text not in named)
        raise OptionError(f"{named[0]} is a file, and {text!r} a text", hint=hint)
    if not any(map(os.path.exists, named)):
        raise InputError(f"{named[0]} does not exist", hint=hint)
    args.input, args.text = named, []


def _is_spelled(text: str) -> bool:
    """Tell whether an argument looks like a file: by its ending, or as a path does."""
    if os.path.exists(text):
        if os.path.dirname(text):
            return True
    elif any(map(str.isspace, text)) or "://" in text:
        return False
    elif text.startswith(("./", "../", "~/")) or (text.endswith("/") and len(text) > 1):
        return True
    if not os.path.splitext(text)[1].strip("."):  # as most texts: formats need not be loaded
        return False
    from allez.documents.formats import REFUSED_SUFFIXES, by_name

    return by_name(text) is not None or text.lower().endswith(REFUSED_SUFFIXES)


def _is_special(args: argparse.Namespace) -> bool:
    """Tell whether an option says how to read files as a whole."""
    return bool(args.kind or args.wrapped or args.columns or args.suffix)


def wanted(args: argparse.Namespace) -> list[Path]:
    """Return the files and folders that are to be translated as a whole; none: texts or lines are.

    A single text file is translated line by line unless something says how else to read it.

    Raises:
        OptionError: inputs and options contradict each other.
    """
    places = args.output not in (None, "-") or args.suffix
    special = _is_special(args)
    given = args.input
    folder = args.output is not None and args.output.endswith(("/", os.sep))
    _check_suffix(args.suffix)
    _check_ending(args)
    if not given or (given == ["-"] and not special):
        if special:
            raise OptionError(
                "--as, --wrapped, --columns and --suffix are for files", hint="-i FILE"
            )
        return []
    if "-" in given:
        raise OptionError("standard input is read as lines, and alone")
    if not (
        len(given) > 1
        or special
        or folder
        or os.path.isdir(given[0])
        or _is_document(Path(given[0]))
    ):
        return []
    _check(args)
    is_one = len(given) == 1 and not os.path.isdir(given[0])
    if is_one and not places and (args.wrapped or args.kind == "text"):
        args.output = "-"  # as of lines
    if is_one and args.output is None and not places:
        raise OptionError("where shall the result go?", hint="-o FILE, or -o - to see it")
    if not is_one and (args.output == "-" or not places):
        first, *others = given
        is_target = len(others) == 1 and os.path.isfile(first) and not os.path.exists(others[0])
        hint = f"allez {first} -o {others[0]}" if is_target else "-o FOLDER, or --suffix .en"
        raise OptionError("where shall the results go?", hint=hint)
    return [Path(path) for path in given]


def _check_suffix(suffix: str) -> None:
    """Refuse what would run into the name before it."""
    if suffix[:1].isalnum():
        raise OptionError(
            f"--suffix {suffix} makes a{suffix}.html of a.html", hint=f"--suffix .{suffix}"
        )


def _check_ending(args: argparse.Namespace) -> None:
    """Refuse to write one format under the name of another: nothing is converted."""
    output, given = args.output, args.input
    if output in (None, "-") or args.format != "text" or output.endswith(("/", os.sep)):
        return
    from allez.documents.formats import REFUSED_SUFFIXES, by_name, named, recognise

    ending = os.path.splitext(output)[1].lower()
    wanted = by_name(output)
    if wanted is None and ending not in REFUSED_SUFFIXES:
        return
    if given in ([], ["-"]) and (wanted is None or wanted.name in (*_PACKED, "epub")):
        raise OptionError(
            f"{output} would be plain text: nothing is converted",
            hint=f"-o {Path(output).with_suffix('.txt')}",
        )
    if len(given) != 1 or not os.path.isfile(given[0]) or os.path.isdir(output):
        return
    source = Path(given[0])
    if source.suffix.lower() == ending:
        return
    try:
        with open(source, "rb") as stream:
            form = named(args.kind) if args.kind else recognise(source.name, stream.read(8192))
    except (InputError, OSError):  # which is told when it is read
        return
    if form is wanted and (form.name not in _PACKED or by_name(source.name) is None):
        return
    kept = source.suffix if by_name(source.name) is form else "".join(form.suffixes[:1])
    place = Path(output).with_suffix(kept)
    if os.path.realpath(place) == os.path.realpath(source):
        place = place.with_suffix(f".en{kept}")
    raise OptionError(
        f"{source} is {form.name}, and {output} would not be: nothing is converted",
        hint=f"-o {place}",
    )


def _check(args: argparse.Namespace) -> None:
    """Refuse what is for lines or for a single text, and would do nothing or harm here."""
    if args.format != "text" or args.n_best != 1:
        raise OptionError("documents have one translation, in their own format")
    for option, given in (
        ("--prefix", args.prefix),
        ("--max-time", args.max_time is not None),
        ("--errors", args.errors != "strict"),
        ("--markup", args.markup is not None),
    ):
        if given:
            raise OptionError(f"{option} is not for documents")


def _check_reading(args: argparse.Namespace, forms: set[Format | None]) -> None:
    """Refuse an option that none of the files could obey; None: a name that tells no format."""
    names = {"text" if form is None else form.name for form in forms}
    if args.columns and not names & {"csv", "tsv"}:
        raise OptionError("--columns is for tables, .csv and .tsv", hint="--as csv, if it is one")
    if args.wrapped and "text" not in names:
        raise OptionError("--wrapped is for plain text", hint="--as text, if it is that")


def _is_document(path: Path) -> bool:
    """Tell whether a file is more than lines of text; one that cannot be read is for the lines."""
    from allez.documents.formats import recognise

    if not path.is_file():
        return False
    try:
        with open(path, "rb") as stream:
            return recognise(path.name, stream.read(8192)).name != "text"
    except InputError as error:  # no text either
        raise InputError(f"{path}: {error}", hint=error.hint) from None
    except OSError:
        return False


def run(args: argparse.Namespace, inputs: list[Path]) -> int:
    """Translate files and folders."""
    from dataclasses import asdict

    from allez.documents.formats import by_name, named
    from allez.documents.reading import Reading
    from allez.documents.tree import Job, Journal, Plan, make_folders, plan

    forced = named(args.kind) if args.kind else None
    output = None if args.output is None else Path(args.output)
    if args.output == "-":
        jobs, left = Plan([Job(inputs[0], _STANDARD_OUTPUT)], [])
    else:
        jobs, left = plan(inputs, args.output, args.suffix)
    _check_reading(args, {forced or by_name(job.source.name) for job in jobs})
    with translator_of(args) as translator:
        manifests = [leg.bundle.manifest for leg in legs(translator)]
        options = options_of(args, languages_of(translator))
        reading = Reading(
            wrapped=args.wrapped,
            columns=tuple(args.columns.split(",")) if args.columns else (),
            source=manifests[0].source.language,
            target=manifests[-1].target.language,
        )
        settings = _settings(manifests[-1], options) | {
            "reading": asdict(reading),
            "as": args.kind,
        }
        if len(manifests) > 1:
            settings["pivot"] = _settings(manifests[0], options)
        for path in left:
            _log.info("%s: no known format", path)
        make_folders(jobs)
        place = output if output is not None and output.is_dir() else jobs[0].target.parent
        journal = Journal(place, settings) if len(jobs) > 1 else None
        applied = Applied(options)
        steps = steps_of(translator, options, applied)
        with contextlib.nullcontext() if journal is None else contextlib.closing(journal):
            progress = partial(_progress, args, " rows") if len(jobs) == 1 else _silent
            doubts = partial(told, asked=args.doubts and not args.quiet)
            work = _Work(steps, reading, forced, journal, settings, progress, doubts)
            failed = _all(args, jobs, work)
            if journal is not None:
                journal.end()
    if args.verbose:
        applied.tell()
    if failed and len(jobs) > 1:
        console.say(f"{len(jobs) - failed} of {len(jobs)} files translated, {failed} not")
    if left and not args.quiet:
        count = "1 file" if len(left) == 1 else f"{len(left)} files"
        console.say(f"note: {count} of no known format left alone")
    return 1 if failed else 0


def _settings(manifest: Manifest, options: TranslateOptions) -> dict[str, Any]:
    """Return what of a bundle and of how it searches decides what comes out."""
    from allez.search.beam import REVISION

    return {
        "model": [manifest.name, manifest.version],
        "files": {role: entry.sha256 for role, entry in manifest.files.items()},
        "options": options.decisive(manifest.search),
        "search": REVISION,
    }


class _Work:
    """What is the same for all files of a run."""

    def __init__(
        self,
        steps: Sequence[Translate],
        reading: Reading,
        forced: Format | None,
        journal: Journal | None,
        settings: dict[str, Any],
        progress: Progress,
        doubts: Doubts,
    ) -> None:
        self.steps, self.reading, self.settings = steps, reading, settings
        self.forced, self.journal = forced, journal
        self.progress = progress
        """Shows how far a single table is: of its rows, and of how many are done."""
        self.doubts = doubts
        """Tells which sentences of a file are in doubt."""

    def make(self, job: Job) -> None:
        """Make one result, or raise AllezError."""
        from allez.documents.formats import recognise
        from allez.files import reason

        try:
            if self.journal is not None and self.journal.is_done(job):
                return
            with open(job.source, "rb") as stream:
                beginning = stream.read(_BEGINNING)
                form = self.forced or recognise(job.source.name, beginning)
                if not form.rows and os.fstat(stream.fileno()).st_size > MOST_BYTES:
                    raise InputError(
                        f"it has more than {MOST_BYTES // 2**20} MB, which a document may not have",
                        hint="divide it; tables, and a text file alone, may have any size",
                    )
                by_rows = form.rows and stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
                data = b"" if by_rows else beginning + stream.read()
        except OSError as error:
            raise InputError(f"cannot be read: {reason(error)}") from None
        digests = self._rows(job, form) if by_rows else self._whole(job, form, data)
        if self.journal is not None:
            self.journal.add(job, *digests)

    def _whole(self, job: Job, form: Format, data: bytes) -> tuple[str, str]:
        """Translate a document; return the hashes of what was read and written."""
        from allez.documents.output import open_output
        from allez.documents.translation import translate_document

        document = form.parse(data, self.reading)
        for note in document.notes:
            _log.warning("%s: %s", job.source, note)
        with self.doubts(job.source, document.place) as look:
            result = translate_document(document, *self.steps, look=look)
        if job.target is _STANDARD_OUTPUT:
            console.show_document(result)
        else:
            with open_output(job.target, source=job.source) as output:
                output.write(result)
        return hashlib.sha256(data).hexdigest(), hashlib.sha256(result).hexdigest()

    def _rows(self, job: Job, form: Format) -> tuple[str, str]:
        """Translate a table row by row, behind those that a killed run has left; as `_whole`."""
        from allez.documents.output import open_output
        from allez.documents.rows import translate_rows
        from allez.files import hash_of

        table = form.open_rows(job.source, self.reading)
        doubts = self.doubts(job.source, "row {}".format)
        if job.target is _STANDARD_OUTPUT:
            with doubts as look:
                translate_rows(table, console.show_document, self.steps, look=look)
            return table.digest, ""
        described = self.settings | {"input": table.digest}
        with (
            open_output(job.target, source=job.source, job=described, unit="rows") as output,
            self.progress(table.total, output.done) as show,
            doubts as look,
        ):
            translate_rows(
                table, output.write, self.steps, done=output.done, progress=show, look=look
            )
        return table.digest, hash_of(job.target)


def _all(args: argparse.Namespace, jobs: list[Job], work: _Work) -> int:
    """Translate all files; return how many could not be."""
    failed = 0
    progress = partial(_progress, args, " files") if len(jobs) > 1 else _silent
    with progress(len(jobs), 0) as show, _tidied() as tidy:
        for number, job in enumerate(jobs, 1):
            try:
                work.make(job)
            except AllezError as error:
                failed += 1
                console.tell(error, f"{job.source}: {error}")
            tidy()
            show(number)
    return failed


@contextlib.contextmanager
def _tidied() -> Iterator[Callable[[], object]]:
    """Yield what gives back the memory that a file took.

    Python keeps thousands of empty tuples of each length for the next one until garbage is looked
    for, and `command` looks for it seldom. What was there before the first file is not looked at.
    """
    import gc

    gc.freeze()
    try:
        yield gc.collect
    finally:
        gc.unfreeze()


@contextlib.contextmanager
def _progress(
    args: argparse.Namespace, unit: str, total: int, done: int
) -> Iterator[Callable[[int], None]]:
    """Yield what shows how many of the files, or rows of a table, are done, if anybody sees it."""
    if args.quiet or args.doubts or not console.is_terminal(sys.stderr):  # they would tear the bar
        yield lambda done: None
        return
    from tqdm import tqdm

    with tqdm(total=total, initial=done, unit=unit, file=sys.stderr) as bar:

        def show(done: int) -> None:
            bar.update(done - bar.n)

        yield show


@contextlib.contextmanager
def _silent(total: int, done: int) -> Iterator[Callable[[int], None]]:
    yield lambda done: None
