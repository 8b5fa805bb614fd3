"""What the commands of `allez-export` do that need no configuration: the others are stages."""

from __future__ import annotations

import argparse

from allez.errors import OptionError, OutputError


def import_foreign(args: argparse.Namespace) -> None:
    """Make a bundle of another toolkit's files, or list what can be read."""
    from allez_export.toolkits import listing

    if args.list:
        print(listing())
        return
    if args.toolkit is None or not args.paths:
        raise OptionError("import what?", hint="allez-export import TOOLKIT PATH …; or --list")
    needed = ("source", "target", "name", "license", "notice", "out")
    missing = [f"--{name}" for name in needed if getattr(args, name) is None]
    if missing:
        raise OptionError(f"import needs {', '.join(missing)}", hint="allez-export import --help")
    from allez_export.importing import Order, import_model

    asked = {name: getattr(args, name) for name in ("toolkit", "paths", *needed)}
    more = ["data", "precision", "sentences", "force", "threads"]
    more += [
        "beam_size",
        "length_penalty",
        "length_offset",
        "early_stopping",
        "finished",
        "repeats",
    ]
    asked |= {name: getattr(args, name) for name in more}
    bundle = import_model(Order(**asked, references=args.reference, version=args.model_version))
    print(f"allez translate --model {bundle}")


def begin(args: argparse.Namespace) -> None:
    """Write what a person begins with, and say how to go on."""
    from allez_export.scaffold import init, write_toy

    if args.command == "toy":
        path = write_toy(args.folder)
        print(f"allez-export all --config {path} --data {args.folder}")
    else:
        path = init(args.name, args.data, args.source, args.target, args.begin_with)
        print(f"allez-export all --config {path}")


def score_bundle(args: argparse.Namespace) -> None:
    """Score any bundle on any files; prints a table, and writes JSON rows to `--out`.

    Until all is scored they stand in `OUT.state`, from which a killed evaluation goes on.
    """
    from allez import Translator
    from allez_export.data.read import read_pairs
    from allez_export.evaluate import evaluate, length_table, table
    from allez_export.records import write_json
    from allez_export.shortlist import compare, comparison

    if not args.files:
        raise OptionError(
            "no test file is given", hint="allez-export evaluate BUNDLE FILE.tsv [FILE.tsv …]"
        )
    if args.out is not None and not args.out.parent.is_dir():
        raise OutputError(f"there is no folder for {args.out}")
    if args.out is not None and args.out.is_dir():
        raise OutputError(
            f"cannot write {args.out}: it is a folder",
            hint=f"name a file in it: --out {args.out / 'scores.json'}",
        )
    state = None if args.out is None else args.out.with_name(f"{args.out.name}.state")
    with Translator(args.bundle, threads=args.threads) as translator:
        rows = evaluate(
            translator,
            args.files,
            beams=args.beam_size or [1, None],
            state=state,
            limit=args.limit,
            shortlist=args.shortlist,
            turned=args.turned,
        )
        bundle = translator.bundle
    print(table(rows))
    print()
    print(length_table(rows))
    if args.shortlist and "shortlist" in bundle.manifest.files:
        pairs = {
            path.name: list(read_pairs(path, turned=args.turned))[: args.limit]
            for path in args.files
        }
        print()
        print(comparison(compare(bundle, list(pairs.items()))))
    if args.out is not None and state is not None:
        write_json(rows, args.out)
        state.unlink()


def make_pairs(args: argparse.Namespace) -> None:
    """Translate text of one language into sources, and print what became of its lines."""
    from allez import Translator
    from allez_export.backtranslate import Wanted, back_translate, counts
    from allez_export.stages.workspace import say

    wanted = Wanted(
        beam_size=args.beam_size,
        least_confidence=args.least_confidence,
        max_words=args.max_words,
        max_ratio=args.max_ratio,
        turned=args.turned,
        limit=args.limit,
    )
    with Translator(args.bundle, threads=args.threads) as translator:
        made = back_translate(translator, args.text, args.out, wanted, force=args.force, say=say)
    print(counts(made))
