"""What works, by task and language, among the models that there are; how these come and go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

from allez.bundle import Bundle, ModelInfo, find, for_task, way
from allez.errors import BundleError, BundleFormatError, OptionError
from allez.options import Providers

if TYPE_CHECKING:
    from allez.tasks.captioner import Captioner
    from allez.tasks.replier import Replier
    from allez.tasks.summarizer import Summarizer
    from allez.tasks.writer import Writer
    from allez.translate.pivot import Pivot
    from allez.translate.translator import Translator

TASKS = ("translate", "summarize", "reply", "caption")


@overload
def open(
    source: str, target: str, *, threads: int | None = None, providers: Providers = None
) -> Translator | Pivot: ...


@overload
def open(
    *,
    task: Literal["summarize"],
    language: str | None = None,
    threads: int | None = None,
    providers: Providers = None,
) -> Summarizer: ...


@overload
def open(
    *,
    task: Literal["reply"],
    language: str | None = None,
    threads: int | None = None,
    providers: Providers = None,
) -> Replier: ...


@overload
def open(
    *,
    task: Literal["caption"],
    language: str | None = None,
    threads: int | None = None,
    providers: Providers = None,
) -> Captioner: ...


def open(
    source: str | None = None,
    target: str | None = None,
    *,
    task: str = "translate",
    language: str | None = None,
    threads: int | None = None,
    providers: Providers = None,
) -> Translator | Pivot | Writer:
    """Return what translates from one language into another, or does another task in one.

    Where no model leads from the one language to the other, two do it by way of English: a `Pivot`,
    whose translations say what stands between.

    Args:
        source: BCP 47, as `fr`; capitals are small letters, and a region that has no model of its
            own is its language: `fr-CA` is `fr`.
        target: likewise.
        task: "translate"; or "summarize", "reply", "caption", which take one `language`.
        language: that is written, as `source`; None: the one that there are models for.
        threads: as for `Translator`; of a pivot, for each of both.
        providers: as for `Translator`; errors too.

    Raises:
        BundleNotFoundError: there is no model for these languages; see `allez.models`.
        OptionError: there is no such task, or languages are not given as it takes them.
    """
    if task not in TASKS:
        raise OptionError(f"task must be {', '.join(TASKS)}, not {task!r}")
    if task != "translate":
        if source is not None or target is not None:
            raise OptionError(f"to {task} takes one language", hint='language="en"')
        path = for_task(task, language).path
        return _kind(task)(path, threads=threads, providers=providers)
    if source is None or target is None or language is not None:
        raise OptionError("to translate takes two languages", hint='open("fr", "en")')
    from allez.translate.opening import loaded

    return loaded(way(source, target), threads=threads, providers=providers)


def opened(
    bundle: str | Path | Bundle | None,
    *,
    threads: int | None = None,
    providers: Providers = None,
) -> Translator | Writer:
    """Return what a bundle is for, whatever that is; arguments and errors as of `Translator`."""
    read = bundle if isinstance(bundle, Bundle) else Bundle.read(find(bundle))
    task = read.manifest.task
    if task == "translate":
        from allez.translate.translator import Translator

        return Translator(read, threads=threads, providers=providers)
    return _kind(task)(read, threads=threads, providers=providers)


def _kind(task: str) -> type[Writer]:
    """Return who does a task other than to translate; it is loaded when it is asked for."""
    if task == "summarize":
        from allez.tasks.summarizer import Summarizer

        return Summarizer
    if task == "reply":
        from allez.tasks.replier import Replier

        return Replier
    from allez.tasks.captioner import Captioner

    return Captioner


def install(bundle: str | Path) -> ModelInfo:
    """Put a bundle into the user's store, from where it is found by its name and its languages.

    All of its files are checked, the graphs are loaded, and its golden examples answered before
    any of it is there; then it is there as a whole. Several versions of one bundle may be there;
    one that is there already stays as it is.

    Args:
        bundle: a folder or zip, or the name of a bundle.

    Raises:
        BundleError: it is none, is damaged, or does not answer here as it should.
        OutputError: the store cannot be written, or holds another bundle of this name and version.
        SessionError: ONNX Runtime refuses the graphs.
    """
    from allez.bundle import add, check_place  # loaded when it is asked for

    read = Bundle.read(find(bundle))
    if not check_place(read).path.is_dir():
        _try(read)
    stored = add(read)
    manifest = read.manifest
    return ModelInfo(
        stored.label,
        stored.version,
        manifest.source.language,
        manifest.target.language,
        manifest.license,
        stored.path,
        stored.sha256,
        manifest.task,
    )


def _try(bundle: Bundle) -> None:
    """Load a bundle and compare its golden examples.

    Raises:
        BundleError: it is damaged, or an answer is not the one that is recorded.
    """
    passed = 0
    with opened(bundle) as model:
        for test in model.selftest():
            if not test.passed:
                raise BundleError(
                    f"{bundle.path}: fails its self-test and is not installed: {test.problem}",
                    hint=f"allez selftest --model {bundle.path} tells more",
                )
            passed += 1
    if not passed:
        raise BundleFormatError(f"{bundle.path}: it has no golden examples to try it by")


def remove(name: str) -> None:
    """Take a bundle out of the user's store; what has loaded it goes on working.

    Args:
        name: as `models` spells it, `fr-en@1.4.0`; or without the version, if there is only one.

    Raises:
        BundleNotFoundError: there is none of that name, or several.
        OutputError: the store cannot be written.
    """
    from allez.bundle import remove as take_out  # loaded when it is asked for

    take_out(name)
