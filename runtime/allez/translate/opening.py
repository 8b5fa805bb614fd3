"""A translator by its languages, among the models that there are; and how these come and go."""

from __future__ import annotations

from pathlib import Path

from allez.bundle import Bundle, ModelInfo, find, way
from allez.errors import BundleError, BundleFormatError
from allez.options import Providers
from allez.translate.pivot import Pivot
from allez.translate.translator import Translator


def open(
    source: str, target: str, *, threads: int | None = None, providers: Providers = None
) -> Translator | Pivot:
    """Return a translator from one language into another, with the models that there are for them.

    Where no model leads from the one to the other, two do it by way of English: a `Pivot`, whose
    translations say what stands between.

    Args:
        source: BCP 47, as `fr`; capitals are small letters, and a region that has no model of its
            own is its language: `fr-CA` is `fr`.
        target: likewise.
        threads: as for `Translator`; of a pivot, for each of both.
        providers: as for `Translator`; errors too.

    Raises:
        BundleNotFoundError: there is no model for these languages; see `allez.models`.
    """
    return loaded(way(source, target), threads=threads, providers=providers)


def loaded(
    models: tuple[ModelInfo, ...], *, threads: int | None = None, providers: Providers = None
) -> Translator | Pivot:
    """Return what translates with one model, or with two of them one behind the other."""
    translators: list[Translator] = []
    try:
        for model in models:
            translators.append(Translator(model.path, threads=threads, providers=providers))
    except BaseException:
        for translator in translators:
            translator.close()
        raise
    return Pivot(*translators) if len(translators) == 2 else translators[0]


def install(bundle: str | Path) -> ModelInfo:
    """Put a bundle into the user's store, from where it is found by its name and its languages.

    All of its files are checked, the graphs are loaded, and its golden sentences translated before
    any of it is there; then it is there as a whole. Several versions of one bundle may be there;
    one that is there already stays as it is.

    Args:
        bundle: a folder or zip, or the name of a bundle.

    Raises:
        BundleError: it is none, is damaged, or does not translate here as it should.
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
    )


def _try(bundle: Bundle) -> None:
    """Load a bundle and compare its golden sentences.

    Raises:
        BundleError: it is damaged, or an answer is not the one that is recorded.
    """
    if bundle.manifest.input.kind != "text":
        raise BundleFormatError(f"{bundle.path}: it reads no text, and no command uses it")
    passed = 0
    with Translator(bundle) as translator:
        for test in translator.selftest():
            if not test.passed:
                raise BundleError(
                    f"{bundle.path}: fails its self-test and is not installed: {test.problem}",
                    hint=f"allez selftest --model {bundle.path} tells more",
                )
            passed += 1
    if not passed:
        raise BundleFormatError(f"{bundle.path}: it has no golden sentences to try it by")


def remove(name: str) -> None:
    """Take a bundle out of the user's store; a translator that has loaded it goes on working.

    Args:
        name: as `models` spells it, `fr-en@1.4.0`; or without the version, if there is only one.

    Raises:
        BundleNotFoundError: there is none of that name, or several.
        OutputError: the store cannot be written.
    """
    from allez.bundle import remove as take_out  # loaded when it is asked for

    take_out(name)
