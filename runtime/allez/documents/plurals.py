"""How many forms a language's plural has, and which of them a number takes, as gettext says it."""

from __future__ import annotations

from allez.text.elements import base_language, names

_TEENS = "n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2"
_FORMS = (
    ("ja ko zh vi th id ms lo", 1, "0"),
    (
        "en de nl sv da nb nn no fi et hu el bg es it pt ca gl eu eo tr he fa hi bn ur af sq sw",
        2,
        "(n != 1)",
    ),
    ("fr pt_br oc br", 2, "(n > 1)"),
    ("ru uk be sr hr bs", 3, f"(n%10==1 && n%100!=11 ? 0 : {_TEENS})"),
    ("pl", 3, f"(n==1 ? 0 : {_TEENS})"),
    ("cs sk", 3, "(n==1) ? 0 : (n>=2 && n<=4) ? 1 : 2"),
    ("ro", 3, "(n==1 ? 0 : n==0 || (n%100>0 && n%100<20) ? 1 : 2)"),
    ("lt", 3, "(n%10==1 && n%100!=11 ? 0 : n%10>=2 && (n%100<10 || n%100>=20) ? 1 : 2)"),
    ("lv", 3, "(n%10==1 && n%100!=11 ? 0 : n!=0 ? 1 : 2)"),
    ("sl", 4, "(n%100==1 ? 0 : n%100==2 ? 1 : n%100==3 || n%100==4 ? 2 : 3)"),
)
"""Languages, their number of forms, and the form of a number; the first form is that of one."""
_BY_LANGUAGE = {
    language: (count, formula) for known, count, formula in _FORMS for language in names(known)
}


def plural_forms(language: str) -> tuple[int, str] | None:
    """Return how many forms a language has, and the formula in C; None: it is not known."""
    exact = language.strip().replace("-", "_").lower()
    return _BY_LANGUAGE.get(exact) or _BY_LANGUAGE.get(base_language(language))
