"""Which translator a command line asks for: a model, or two languages. Knows no text."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from allez.cli import console
from allez.cli.applied import Applied
from allez.errors import OptionError

if TYPE_CHECKING:
    from allez.documents.translation import Translate
    from allez.options import TranslateOptions
    from allez.results import Translation
    from allez.translate.pivot import Pivot
    from allez.translate.translator import Translator


def translator_of(args: argparse.Namespace) -> Translator | Pivot:
    """Return what translates, and tell of it if it goes by way of another language.

    Raises:
        OptionError: options contradict each other.
        BundleError: there is no such model.
    """
    if args.source is None and args.target is None:
        from allez.translate.translator import Translator

        return Translator(args.model, threads=args.threads)
    if args.model is not None:
        raise OptionError("either --model, or --from and --to")
    if args.target is None:
        raise OptionError("--from and --to go together", hint="allez --from fr --to en TEXT")

    from allez.tasks.opening import open

    source = args.source or _source_of(args)
    translator = open(source, args.target, threads=args.threads)
    between = [f"{leg.name} {leg.version}" for leg in legs(translator)]
    if len(between) > 1 and not args.quiet:
        way = f"from {translator.source_language} to {translator.target_language}"
        console.say(f"note: no model leads {way}; two do: {', '.join(between)}")
    return translator


def _source_of(args: argparse.Namespace) -> str:
    """Return the language to translate from where only the other one is named.

    It is that of the models that lead there; of several the one that the text is in.

    Raises:
        BundleNotFoundError: no model leads there.
        MissingExtraError: there are several, and nothing tells languages apart.
        OptionError: there are several, and the text is none of the command line.
    """
    from allez.bundle import models
    from allez.errors import BundleNotFoundError

    known = [model for model in models() if model.task == "translate"]
    sources = [m.source_language for m in known if m.target_language == args.target]
    sources = list(dict.fromkeys(sources))
    if not sources:
        raise BundleNotFoundError(
            f"there is no model that translates to {args.target!r}",
            hint="allez models list; allez models install FOLDER_OR_ZIP",
        )
    if len(sources) == 1:
        return sources[0]
    words = " ".join(getattr(args, "text", ()))
    if not words:
        raise OptionError(
            f"models lead to {args.target} from {', '.join(sources)}",
            hint=f"allez --from {sources[0]} --to {args.target}",
        )
    from allez.translate.detection import Detector

    return Detector(sources)(words)[0].language


def legs(translator: Translator | Pivot) -> Sequence[Translator]:
    """Return the translators that a text passes through."""
    first, second = getattr(translator, "first", None), getattr(translator, "second", None)
    return [translator] if first is None else [first, second]  # type: ignore[list-item]


def languages_of(translator: Translator | Pivot) -> tuple[str, str]:
    """Return the languages of what a text is before and after."""
    first, *_ = manifests = [leg.bundle.manifest for leg in legs(translator)]
    return first.source.language, manifests[-1].target.language


def steps_of(
    translator: Translator | Pivot, options: TranslateOptions, applied: Applied
) -> Sequence[Translate]:
    """Return what translates a document, step by step; what the last carries over is counted."""
    *before, last = legs(translator)
    asked = [options]
    if before:
        from allez.translate.pivot import divided

        asked = list(divided(options))

    def count(texts: Iterable[str]) -> Iterator[Translation]:
        return applied.watched(last.translate_batch(texts, options=asked[-1]))

    def first(texts: Iterable[str]) -> Iterator[Translation]:
        return before[0].translate_batch(texts, options=asked[0])

    return [first, count] if before else [count]
