"""Which language a text is in, among a few.

The work is py3langid's: naive Bayes over byte n-grams (Lui and Baldwin, 2012), restricted to the
languages in question.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from allez.bundle import models
from allez.errors import BundleNotFoundError, MissingExtraError, OptionError


class Detected(NamedTuple):
    """A language that a text may be in."""

    language: str
    """As the models call it."""
    confidence: float
    """0 to 1; over all languages in question the sum is 1."""


class Detector:
    """Tells languages apart. Needs the extra `detect`, if there is more than one.

    Args:
        languages: among which; None: those that an installed or shipped model translates from.

    Raises:
        BundleNotFoundError: there is no model.
        MissingExtraError: py3langid is not installed.
        OptionError: a language is none that it knows.
    """

    def __init__(self, languages: Sequence[str] | None = None) -> None:
        if languages is None:
            languages = [m.source_language for m in models() if m.task == "translate"]
            if not languages:
                raise BundleNotFoundError("there is no model, and so no language")
        self.languages = tuple(dict.fromkeys(languages))
        """Among which."""
        self._identifier: Any = None
        self._named: dict[str, str] = {}
        if len(self.languages) < 2:
            return
        try:
            from py3langid.langid import MODEL_FILE, LanguageIdentifier
        except ImportError:
            raise MissingExtraError("telling languages apart", "py3langid") from None
        identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        for language in self.languages:
            self._named.setdefault(language.lower().partition("-")[0], language)
        unknown = sorted(self._named.keys() - set(identifier.labels))
        if unknown:
            raise OptionError(
                f"languages that cannot be told apart from others: {', '.join(unknown)}",
                hint="name the language of the text",
            )
        identifier.set_languages(sorted(self._named))
        self._identifier = identifier

    def __call__(self, text: str) -> list[Detected]:
        """Return the languages that a text may be in, the likeliest first; never empty.

        Args:
            text: five words and more are enough for most languages, one word for few.
        """
        if self._identifier is None:
            return [Detected(self.languages[0], 1.0)]
        ranked = self._identifier.rank(text)
        return [Detected(self._named[language], share) for language, share in ranked]
