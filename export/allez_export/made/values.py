"""Made-up values of every kind of entity, seeded: how the source writes them, and the target.

They are what nobody's data hold: telephone numbers, accounts, addresses, codes, amounts. Used to
write training pairs (`made_pairs`) and to measure whether facts survive (`facts`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from allez.entities.forms import FORMS
from allez.entities.numbers import Amount, write
from allez_export.made import DATA

Generator = np.random.Generator
Value = tuple[str, str]
"""A value as French text has it, and as its English translation must."""


def pick(generator: Generator, choices: Sequence[str]) -> str:
    """Return one of several strings."""
    return choices[int(generator.integers(len(choices)))]


def _digits(generator: Generator, count: int) -> str:
    return "".join(map(str, generator.integers(0, 10, size=count)))


def _same(value: str) -> Value:
    return value, value


def telephone(generator: Generator) -> Value:
    """Return a telephone number as the French, Belgians, Swiss, Quebeckers write theirs."""
    pairs = [_digits(generator, 2) for _ in range(4)]
    kind = int(generator.integers(8))
    lead = int(generator.integers(1, 10))
    if kind <= 2:
        return _same(" ".join([f"0{lead}", *pairs]))
    if kind == 3:
        return _same(pick(generator, ".-").join([f"0{lead}", *pairs]))
    if kind == 4:
        return _same(f"0{lead}{''.join(pairs)}")
    if kind == 5:
        return _same(f"+33 {lead} {' '.join(pairs)}")
    if kind == 6:
        country = pick(generator, ("32", "41", "49", "221"))
        return _same(
            f"+{country} {generator.integers(20, 99)} {_digits(generator, 3)} {pairs[0]} {pairs[1]}"
        )
    area = f"{generator.integers(200, 989)}"
    end = f"{generator.integers(200, 999)}-{_digits(generator, 4)}"
    return _same(pick(generator, (f"{area}-{end}", f"({area}) {end}")))


def iban(generator: Generator) -> Value:
    """Return an account number, in groups of four or in one."""
    country, size = [("FR", 23), ("BE", 12), ("DE", 18), ("CH", 17)][int(generator.integers(4))]
    number = f"{country}{_digits(generator, 2)}{_digits(generator, size)}"
    parts = [number[i : i + 4] for i in range(0, len(number), 4)]
    return _same((" " if generator.random() < 0.8 else "").join(parts))


def _host(generator: Generator) -> str:
    name = pick(generator, DATA["words"])
    if generator.random() < 0.5:
        name += pick(generator, ("-", "")) + pick(generator, DATA["words"])
    return f"{name}.{pick(generator, DATA['tops'])}"


def url(generator: Generator) -> Value:
    """Return the address of a page."""
    start = pick(generator, ("https://", "https://www.", "http://", "www.", "www."))
    path = "".join(
        f"/{pick(generator, DATA['words'])}" for _ in range(int(generator.integers(0, 3)))
    )
    if path and generator.random() < 0.4:
        path += pick(
            generator, (f"?id={_digits(generator, 3)}", ".html", "/", f"-v{_digits(generator, 1)}")
        )
    return _same(f"{start}{_host(generator)}{path}".rstrip("/"))


def mail(generator: Generator) -> Value:
    """Return an e-mail address."""
    name = pick(generator, DATA["words"])
    if generator.random() < 0.6:
        name += pick(generator, (".", "_", "-", "")) + pick(generator, DATA["words"])
    if generator.random() < 0.3:
        name += _digits(generator, 2)
    return _same(f"{name}@{_host(generator)}")


def path(generator: Generator) -> Value:
    """Return the path of a file or folder, or a file's name."""
    words = [pick(generator, DATA["words"]) for _ in range(3)]
    stem = pick(generator, "_-").join(pick(generator, DATA["words"]) for _ in range(2))
    name = f"{stem}.{pick(generator, DATA['extensions'])}"
    kind = int(generator.integers(5))
    return _same(
        (
            "/" + "/".join(words),
            f"~/{words[0]}/{name}",
            f"C:\\{words[0].title()}\\{words[1]}\\{name}",
            name,
            f"{words[0]}/{name}",
        )[kind]
    )


def code(generator: Generator) -> Value:
    """Return what stands between backticks."""
    word, other = pick(generator, DATA["words"]), pick(generator, DATA["words"])
    return _same(
        pick(
            generator,
            (
                f"`ls -{word[0]}a`",
                f"`git {word} --{other}`",
                f"`{word}.{other}`",
                f"`cd {word}`",
                f"`pip install {word}`",
                f"`{word} = {_digits(generator, 2)}`",
            ),
        )
    )


def identifier(generator: Generator) -> Value:
    """Return a code of letters and digits, or a name as programmers write it."""
    word, other = pick(generator, DATA["words"]), pick(generator, DATA["words"])
    letters = "".join(pick(generator, "ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(4))
    number = str(generator.integers(10, 9999))
    return _same(
        pick(
            generator,
            (
                f"{letters[:2]}-{number}",
                f"{letters[0]}{number}",
                f"{letters[0]}{number[0]}-{number}-{letters[1]}",
                f"{number}-{letters[:2]}-{_digits(generator, 2)}",
                f"{word}_{other}",
                f"get_{word}()",
                f"{word}{other.title()}",
                f"{letters[:3]}{number}",
                f"{_digits(generator, 4)}-{_digits(generator, 4)}",
            ),
        )
    )


def placeholder(generator: Generator) -> Value:
    """Return a placeholder of one of the usual forms."""
    word = pick(
        generator, ("nom", "prenom", "jour", "ville", "total", "count", "name", "date", "user")
    )
    return _same(
        pick(
            generator,
            (
                "{" + word + "}",
                "{{" + word + "}}",
                "${" + word + "}",
                "%s",
                "%d",
                "%1$s",
                f"%({word})s",
                f"__{word}__",
                "{0}",
                "%{" + word + "}",
            ),
        )
    )


def _amount(whole: int, fraction: str = "", **extra: str | bool) -> Value:
    text = str(whole)
    amount = Amount("", text, len(text) > 3, fraction, **extra)  # type: ignore[arg-type]
    return write(amount, FORMS["fr"]).replace("\u00a0", " "), write(amount, FORMS["en"])


def thousands(generator: Generator) -> Value:
    """Return a whole number of four to seven digits, most with spaces between thousands."""
    whole = int(generator.integers(1, 10) * 10 ** int(generator.integers(3, 7)))
    whole += int(generator.integers(0, whole)) if generator.random() < 0.8 else 0
    return _amount(whole)


def decimal(generator: Generator) -> Value:
    """Return a number with a fraction."""
    fraction = _digits(generator, int(generator.integers(1, 3)))
    return _amount(int(generator.integers(0, 10 ** int(generator.integers(1, 5)))), fraction)


def percentage(generator: Generator) -> Value:
    """Return a percentage."""
    fraction = _digits(generator, 1) if generator.random() < 0.4 else ""
    return _amount(int(generator.integers(1, 100)), fraction, percent=True)


def price(generator: Generator) -> Value:
    """Return a price, most in euros."""
    fraction = _digits(generator, 2) if generator.random() < 0.5 else ""
    currency = pick(generator, ("\u20ac", "\u20ac", "\u20ac", "\u20ac", "$", "\u00a3"))
    whole = int(generator.integers(1, 10 ** int(generator.integers(1, 6))))
    return _amount(whole, fraction, currency=currency)


def time(generator: Generator) -> Value:
    """Return a time of day in hours and minutes."""
    hours, minutes = int(generator.integers(0, 24)), int(generator.integers(0, 60))
    source = pick(
        generator, (f"{hours} h {minutes:02d}", f"{hours}h{minutes:02d}", f"{hours}:{minutes:02d}")
    )
    return source, f"{hours}:{minutes:02d}"


def date(generator: Generator) -> Value:
    """Return a numeric date."""
    day, month = int(generator.integers(1, 29)), int(generator.integers(1, 13))
    year = int(generator.integers(1950, 2040))
    return _same(
        pick(
            generator,
            (
                f"{day:02d}/{month:02d}/{year}",
                f"{day:02d}/{month:02d}/{year}",
                f"{year}-{month:02d}-{day:02d}",
                f"{day:02d}.{month:02d}.{year}",
            ),
        )
    )


def year(generator: Generator) -> Value:
    """Return a year."""
    return _same(str(generator.integers(1200, 2060)))


def version(generator: Generator) -> Value:
    """Return a version or an address of the internet protocol."""
    if generator.random() < 0.3:
        return _same(".".join(str(n) for n in generator.integers(1, 255, size=4)))
    return _same(".".join(str(n) for n in generator.integers(0, 20, size=3)))


def person(generator: Generator) -> Value:
    """Return a first name, mostly with a family name."""
    first = pick(generator, DATA["first_names"])
    return _same(
        f"{first} {pick(generator, DATA['surnames'])}" if generator.random() < 0.5 else first
    )


def surname(generator: Generator) -> Value:
    """Return a family name."""
    return _same(pick(generator, DATA["surnames"]))


def place(generator: Generator) -> Value:
    """Return a town that English calls alike."""
    return _same(pick(generator, DATA["places"]))


MAKERS: dict[str, Callable[[Generator], Value]] = {
    "telephone": telephone,
    "iban": iban,
    "url": url,
    "mail": mail,
    "path": path,
    "code": code,
    "identifier": identifier,
    "placeholder": placeholder,
    "thousands": thousands,
    "decimal": decimal,
    "percentage": percentage,
    "price": price,
    "time": time,
    "date": date,
    "year": year,
    "version": version,
    "person": person,
    "surname": surname,
    "place": place,
}
"""What makes a value, by kind."""
