"""`allez-export`: the command line over the stages.

A model is made in one folder, `runs/NAME` unless told otherwise.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from allez import __version__
from allez.errors import AllezError, MissingExtraError, OptionError
from allez.spec import SPEC
from allez_export.commands import begin, import_foreign, make_pairs, score_bundle
from allez_export.config import DataConfig
from allez_export.config.file import load_config
from allez_export.stages import STAGES, run_stage
from allez_export.stages.workspace import Workspace, say
from allez_export.supervise import supervise

HELP = {
    "vocabulary": "learn the subwords from the training data",
    "align": "learn which words translate which, and score all pairs by it",
    "train": "train the model, or continue training",
    "trace": "trace the trained model to fp32 ONNX graphs",
    "quantize": "turn the fp32 graphs into int8 ones",
    "verify": "prove the graphs against PyTorch, NumPy and each other",
    "shortlist": "learn which words each source word may bring about",
    "package": "write the bundle and read it back",
    "evaluate": "score a bundle; without arguments the run's own, into its card",
    "all": "all of these, in order, leaving what is done",
}


class _Parser(argparse.ArgumentParser):
    """Reports a wrong use as any other error is reported."""

    def error(self, message: str) -> NoReturn:
        raise OptionError(message, hint=f"{self.prog} --help")


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line.

    Raises:
        OptionError: wrong use.
        SystemExit: help or version was asked for, and printed.
    """
    parser = _Parser(
        prog="allez-export", description="Make a bundle that allez can translate with."
    )
    parser.add_argument("--version", action="version", version=f"allez-export {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="STAGE", required=True)
    for name in (*STAGES, "all"):
        command = commands.add_parser(name, help=HELP[name], description=HELP[name])
        command.add_argument(
            "--config", type=Path, metavar="TOML", required=name != "evaluate", help="the model"
        )
        command.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="KEY=VALUE",
            help="instead of what the configuration says, as in model.attention=dot; repeatable",
        )
        command.add_argument("--data", type=Path, help="folder of the data, instead of data.root")
        out = "folder of the run (default: runs/NAME)"
        if name == "evaluate":
            out += "; of a bundle: JSON of the scores, without which a killed run begins anew"
        command.add_argument("--out", type=Path, help=out)
        command.add_argument("--force", action="store_true", help="make again what exists")
        command.add_argument("--threads", type=int, help="processor threads (default: all)")
        command.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
        command.add_argument("-v", "--verbose", action="store_true", help="say more")
        _add_of_stage(command, name)
    _add_beginnings(commands)
    _add_import(commands)
    _add_backtranslate(commands)
    args = parser.parse_args(argv)
    _check_use(args)
    return args


def _add_of_stage(command: argparse.ArgumentParser, name: str) -> None:
    """Add the options that only some stages have."""
    if name in ("evaluate", "all"):
        command.add_argument("--limit", type=int, help="only so many sentences of each file")
    if name == "evaluate":
        command.add_argument("bundle", nargs="?", help="a bundle to score")
        command.add_argument("files", nargs="*", type=Path, help="TSV files to score it on")
        command.add_argument("--beam-size", type=int, action="append", help="repeatable")
        command.add_argument(
            "--shortlist",
            action="store_true",
            help="score only the words on the bundle's shortlist, and tell what that changes",
        )
        command.add_argument(
            "--turned", action="store_true", help="the second column of the files is the source"
        )
        command.add_argument(
            "--fp32", action="store_true", help="score the run's fp32 graphs instead"
        )
    if name == "verify":
        command.add_argument(
            "--reference",
            type=Path,
            action="append",
            default=[],
            metavar="JSONL",
            help="outputs of the toolkit that the weights come from; repeatable",
        )
    if name == "train":
        command.add_argument(
            "--supervise",
            action="store_true",
            help="train in a process of its own, started again when it is killed",
        )


def _check_use(args: argparse.Namespace) -> None:
    """Refuse options of `evaluate` that contradict each other."""
    if args.command == "evaluate" and args.config and (args.bundle or args.beam_size):
        raise OptionError("give --config or a bundle, not both")
    if args.command == "evaluate" and args.fp32 and not args.config:
        raise OptionError("--fp32 needs --config: a bundle has the graphs that it has")
    if args.command == "evaluate" and args.config and args.shortlist:
        raise OptionError("--shortlist needs a bundle: --config writes scores into a card")


def _add_beginnings(commands: Any) -> None:
    """Add the commands that write what a person begins with."""
    help_ = "write a configuration for your own pairs, and cut them in three"
    command = commands.add_parser("init", help=help_, description=help_)
    command.add_argument("name", help="of the model; its folder is made here")
    command.add_argument("--data", type=Path, required=True, metavar="TSV", help="your pairs")
    command.add_argument("--source", default="fr", help="language (default: fr)")
    command.add_argument("--target", default="en", help="language (default: en)")
    command.add_argument("--begin-with", metavar="BUNDLE", help="train on from a bundle")
    help_ = "write a toy language and a configuration that learns it in a minute"
    command = commands.add_parser("toy", help=help_, description=help_)
    command.add_argument("folder", type=Path)


def _add_import(commands: Any) -> None:
    """Add the command that reads what other toolkits trained."""
    help_ = "make a bundle of a model that another toolkit trained"
    command = commands.add_parser("import", help=help_, description=help_)
    command.add_argument("toolkit", nargs="?", help="which toolkit; --list names them")
    command.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="its files")
    command.add_argument("--list", action="store_true", help="say what can be read, and end")
    for name, what in (
        ("source", "language that is read, as fr"),
        ("target", "language that is written, as en"),
        ("name", "of the bundle"),
        ("license", "of the weights, an SPDX expression"),
    ):
        command.add_argument(f"--{name}", help=what)
    command.add_argument("--notice", type=Path, help="a text file: who is to be named")
    command.add_argument("--out", type=Path, help="folder of the run; the bundle is in it")
    command.add_argument(
        "--data", type=Path, action="append", default=[], metavar="TSV",
        help="pairs to calibrate on and to score; repeatable",
    )  # fmt: skip
    command.add_argument(
        "--reference", type=Path, action="append", default=[], metavar="JSONL",
        help="outputs of the toolkit itself, to compare with; repeatable",
    )  # fmt: skip
    command.add_argument("--precision", choices=("int8", "fp32", "w4"), default="int8")
    command.add_argument("--sentences", help="splitting rules (default: of the source language)")
    command.add_argument("--model-version", default="1.0.0", help="of the bundle")
    command.add_argument("--beam-size", type=int, help="(default: as the toolkit's own)")
    command.add_argument("--length-penalty", type=float, help="(default: as the toolkit's own)")
    command.add_argument("--length-offset", type=float, help="(default: as the toolkit's own)")
    for name in ("early_stopping", "finished", "repeats"):
        command.add_argument(
            f"--{name.replace('_', '-')}", choices=SPEC["search"][name],
            help="(default: as the toolkit's own)",
        )  # fmt: skip
    command.add_argument("--force", action="store_true", help="make again what exists")
    command.add_argument("--threads", type=int, help="processor threads (default: all)")
    command.add_argument("-v", "--verbose", action="store_true", help="say more")


def _add_backtranslate(commands: Any) -> None:
    """Add the command that makes pairs of text of one language."""
    help_ = "make marked pairs of text of one language, with a bundle of the other direction"
    command = commands.add_parser("backtranslate", help=help_, description=help_)
    command.add_argument("bundle", help="from the language of the text into that of the sources")
    command.add_argument("text", type=Path, help="a sentence a line, .txt or .txt.gz")
    command.add_argument(
        "--out", type=Path, required=True, metavar="TSV",
        help="the pairs, .tsv or .tsv.gz: marked source, tab, line of the text",
    )  # fmt: skip
    command.add_argument("--beam-size", type=int, default=1, help="(default: 1, greedy search)")
    command.add_argument(
        "--least-confidence", type=float, metavar="X",
        help="of every sentence, 0 to 1 (default: 0.5, where the bundle tells its confidence)",
    )  # fmt: skip
    usual = DataConfig()
    command.add_argument(
        "--max-words", type=int, default=usual.max_words, help="of a side (default: %(default)s)"
    )
    command.add_argument(
        "--max-ratio", type=float, default=usual.max_ratio,
        help="of the lengths of both sides, in words + 4 (default: %(default)s)",
    )  # fmt: skip
    command.add_argument(
        "--turned", action="store_true",
        help="the marked source is the second column, as data.columns = [2, 1] reads it",
    )  # fmt: skip
    command.add_argument("--limit", type=int, help="only so many lines")
    command.add_argument("--force", action="store_true", help="make again what exists")
    command.add_argument("--threads", type=int, help="processor threads (default: all)")
    command.add_argument("-v", "--verbose", action="store_true", help="say more")


def run(args: argparse.Namespace, argv: Sequence[str]) -> int:
    """Run a parsed command; return its exit code."""
    if args.command in ("init", "toy"):
        begin(args)
        return 0
    if args.verbose:  # our own remarks; torch's on its export would drown them
        logging.basicConfig(format="%(message)s")
        logging.getLogger("allez_export").setLevel(logging.INFO)
    if args.threads is not None and args.threads < 1:
        raise OptionError(f"--threads must be at least 1, not {args.threads}")
    if getattr(args, "limit", None) is not None and args.limit < 1:
        raise OptionError(f"--limit must be at least 1, not {args.limit}")
    try:
        if args.command in ("import", "backtranslate"):
            {"import": import_foreign, "backtranslate": make_pairs}[args.command](args)
            return 0
        if args.command == "evaluate" and args.config is None:
            if args.bundle is None:
                raise OptionError("nothing to evaluate", hint="give --config, or a bundle")
            score_bundle(args)
            return 0
        config = load_config(args.config, args.set)
        work = Workspace(
            config=config,
            config_path=args.config,
            data=args.data or Path(config.data.root),
            out=args.out or Path("runs") / config.name,
            force=args.force,
            threads=args.threads,
            device=args.device,
            limit=getattr(args, "limit", None),
            fp32=getattr(args, "fp32", False),
            references=tuple(getattr(args, "reference", ())),
        )
        if getattr(args, "supervise", False):
            rest = [argument for argument in argv if argument != "--supervise"]
            return supervise(rest, work.stage("train") / "checkpoint.pt", say)
        run_stage(args.command, work)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in ("torch", "onnx", "onnxscript", "sacrebleu"):
            raise MissingExtraError("allez-export", "torch onnx onnxscript sacrebleu") from None
        raise
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    given = sys.argv[1:] if argv is None else argv
    try:
        return run(parse_args(given), given)
    except AllezError as error:
        print(f"error: {error}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        return 2 if isinstance(error, OptionError) else 1
    except OSError as error:  # a disk that is full, a folder that may not be written
        print(f"error: {error.filename or 'a file'}: {error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; the same command goes on from here", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
