"""The sections of a configuration that say which pairs a model learns from."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from pathlib import Path

from allez_export.config.checks import ConfigError, check


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    """One set of sentence pairs: a `.tsv`, a `.tsv.gz`, or two parallel text files."""

    path: str
    """Relative to `data.root`; with `target_path`, the source side alone. `made:refusals` is made
    by rule instead: see `made/answers.py`."""
    target_path: str | None = None
    weight: float = 1.0
    """Share of the target tokens drawn from here, relative to the other sources."""
    late_weight: float | None = None
    """The share during the late part of the updates; None: as `weight`."""
    limit: int | None = None
    """Only the first so many pairs."""
    domain: str | None = None
    """Only lines whose `data.domain_column` says this; None: all."""
    called: str | None = None
    """What the manifest and the log call it; None: the file's name up to the first dot."""

    def __post_init__(self) -> None:
        check(self, weight=(0, inf), late_weight=(0, inf), limit=(1, inf))

    @property
    def name(self) -> str:
        """What it is called."""
        return self.called or Path(self.path).name.split(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConfig:
    """Where pairs come from and which are kept."""

    root: str = "data"
    """Folder of the files below; `--data` on the command line replaces it."""
    train: tuple[SourceConfig, ...] = ()
    valid: tuple[str, ...] = ()
    """Files for early stopping; BLEU is averaged over them."""
    test: tuple[str, ...] = ()
    """Files whose scores go into the bundle's card."""
    talks: tuple[str, ...] = ()
    """Files of talks that go into it too: see `answers.read_talks`."""
    columns: tuple[int, ...] = (1, 2)
    """Which columns of all these files hold source and target, counted from 1; `[2, 1]` turns every
    pair round, of two parallel text files, too."""
    domain_column: int | None = None
    """Which column says what kind of text a line is; valid and test files are then scored domain
    by domain. None: none does, and a file has no columns but source and target."""
    valid_domains: tuple[str, ...] = ()
    """Domains that valid files are read for; none named: all."""
    valid_limit: int = 500
    """Sentences read of each valid file, and of each domain of it."""
    max_words: int = 100
    """Pairs with a longer side are dropped."""
    max_ratio: float = 2.5
    """Pairs whose sides differ in length by more than this factor are dropped (words + 4)."""
    never: tuple[str, ...] = ()
    """What no target may say: pairs whose target has one of these words are dropped. Case counts
    for nothing; `*` at either end stands for any letters, a space for whatever stands between two
    words. Sources may say it: how to answer that is to be learnt."""
    min_score: float | None = None
    """Pairs whose source explains the target by fewer nats per subword are dropped (align.py)."""
    align_pairs: int = 200_000
    """Pairs, drawn with the training weights, to learn from which words translate which."""
    concatenate: float = 0.0
    """Share of the examples that are two to four pairs joined (Nguyen et al. 2021)."""
    noise: float = 0.0
    """Share of the source sides typed carelessly: no accents, no capitals, no final stop."""
    copy: float = 0.0
    """Share of the examples that copy their English side (Currey et al. 2017)."""
    untranslatable: float = 0.0
    """Share of the examples with other numbers or names, or an address or emoji, on both sides."""
    mask: float = 0.0
    """Share of the entities that both sides of a pair hold which become symbols on both; the
    vocabulary must have them."""
    names: str | None = None
    """The list of words that are no names, in the data folder: see `data/names.py`. None: names
    are never masked."""
    terms: str | None = None
    """Content words and their translations, in the data folder: see `data/terms.py`."""

    @property
    def turned(self) -> bool:
        """Whether files of two columns have their source in the second one."""
        return self.columns == (2, 1)

    def __post_init__(self) -> None:
        check(self, mask=(0, 1))
        check(self, valid_limit=(1, inf), max_words=(1, inf), max_ratio=(1, inf))
        check(self, concatenate=(0, 1), noise=(0, 1), copy=(0, 1), untranslatable=(0, 1))
        check(self, min_score=(-100, 100), align_pairs=(1, inf), domain_column=(1, 1000))
        for word in self.never:
            if not word.strip("*").strip() or "*" in word[1:-1]:
                raise ConfigError(f"never: {word!r} is no word: `*` stands at its ends only")
        if len(self.columns) != 2 or not all(1 <= column <= 1000 for column in self.columns):
            raise ConfigError(f"columns must be two numbers from 1 on, not {list(self.columns)}")
        asked = self.valid_domains or any(s.domain is not None for s in self.train)
        if asked and self.domain_column is None:
            raise ConfigError("domain_column: domains are asked for, but no column names them")
        late = [s.weight if s.late_weight is None else s.late_weight for s in self.train]
        parts = [(source.path, source.domain) for source in self.train]
        twice = sorted(
            {p for p, d in parts if parts.count((p, d)) > 1 or (d and (p, None) in parts)}
        )
        if twice:
            raise ConfigError(f"train: {twice[0]} is named twice")
        if self.train and not (sum(s.weight for s in self.train) > 0 and sum(late) > 0):
            raise ConfigError("train: all weights are 0")
