"""French sentences by the thousand, put together from words and patterns written for this purpose.

They need not be true or likely: they are there to take two hosts through many different searches.
As a program it prints them, one a line: python -m hosts.french COUNT
"""

from __future__ import annotations

import itertools
import math
import random
import sys
from collections.abc import Iterator

from allez_export import toy

WORDS = {
    "qui": [
        "Ma sœur", "Le facteur", "Notre professeur", "Une amie de Lyon", "Le vieux capitaine",
        "Mon oncle Henri", "La directrice", "Ce jeune homme", "Le petit garçon", "Tout le monde",
        "Personne", "L'infirmière", "Le chat de la voisine", "Mme Martin", "Un inconnu",
    ],
    "fait": [
        "a perdu", "cherche depuis longtemps", "voulait acheter", "n'a jamais vu",
        "vient de vendre",
        "a oublié", "préfère garder", "ne veut plus prêter", "a enfin trouvé", "doit réparer",
        "montre fièrement", "a caché", "aurait aimé recevoir", "dessine", "nettoie",
    ],
    "quoi": [
        "ses clés", "un vélo rouge", "la lettre de son père", "deux billets de train", "le journal",
        "une vieille carte", "son parapluie", "la recette du gâteau", "un piano",
        "les photos de famille",
        "trois valises lourdes", "le dernier chapitre", "une lampe cassée", "l'adresse du médecin",
        "un manteau trop grand",
    ],
    "où": [
        "dans le jardin", "près de la gare", "chez le boulanger", "au bord de la mer", "à l'école",
        "sous la table", "derrière l'église", "en Bretagne", "sur le toit", "au marché",
        "dans une petite ville du nord", "devant la mairie",
    ],
    "quand": [
        "hier soir", "ce matin", "avant midi", "pendant les vacances", "tous les mardis",
        "en hiver", "il y a trois ans", "après le dîner", "à 8 heures 30", "le 12 avril 1998",
        "dès demain", "quand il pleut",
    ],
    "cause": [
        "parce qu'il fait froid", "pour aider ses parents", "sans dire un mot", "malgré la pluie",
        "bien que ce soit interdit", "afin de gagner du temps", "comme d'habitude", "par erreur",
        "avec beaucoup de patience", "faute d'argent",
    ],
    "infinitif": [
        "partir plus tôt", "apprendre l'espagnol", "fermer la fenêtre", "répondre au téléphone",
        "changer de travail", "traverser la rivière", "lire ce roman", "préparer le repas",
        "dormir un peu", "écrire à la banque", "arrêter de fumer", "planter des tomates",
    ],
    "chose": [
        "Le train", "La réunion", "Ce film", "Le vent", "La soupe", "L'hôtel", "Cette idée",
        "La route", "Mon ordinateur", "Le prix du pain", "La musique", "Ce problème",
    ],
    "état": [
        "est arrivé en retard", "me semble trop long", "ne marche plus", "a beaucoup changé",
        "était froid", "reste un mystère", "coûte 25 euros", "a duré moins d'une heure",
        "n'intéresse personne", "fait trop de bruit", "devient difficile", "manque de sel",
    ],
    "adjectif": [
        "content", "fatigué", "inquiet", "prêt", "curieux", "malade", "surpris", "triste", "libre",
        "sûr de lui",
    ],
}  # fmt: skip

PATTERNS = [
    "{qui} {fait} {quoi} {où}.",
    "{qui} {fait} {quoi} {quand}.",
    "{qui} {fait} {quoi} {cause}.",
    "{quand}, {qui} {fait} {quoi}.",
    "{où}, {qui} {fait} {quoi} {quand}, {cause}.",
    "{chose} {état}.",
    "{chose} {état}, et {qui} {fait} {quoi}.",
    "Si {chose} {état}, je vais {infinitif}.",
    "Il faut {infinitif} {quand}.",
    "Il faudrait {infinitif} avant de {infinitif}.",
    "Pourquoi veux-tu {infinitif} {quand} ?",
    "Est-ce que {qui} {fait} {quoi} ?",
    "Je suis {adjectif} depuis que {chose} {état}.",
    "Nous étions en train de {infinitif} quand {qui} a crié : « {chose} {état} ! »",
    "Tu n'as pas besoin de {infinitif} {où}.",
    "{qui}, qui est souvent {adjectif}, {fait} {quoi}.",
    "On m'a dit que {qui} {fait} {quoi} {où}.",
    "Personne ne sait pourquoi {chose} {état}.",
    "Avez-vous déjà pensé à {infinitif} {cause} ?",
    "Quel dommage ! {chose} {état} {quand}.",
    "« Je préfère {infinitif} », dit {qui}.",
    "Ni {qui} ni {qui} ne pouvait {infinitif}.",
    "Plus {qui} attend, plus {chose} {état}.",
    "Elle est plus {adjectif} que toi, mais elle doit {infinitif}.",
    "Merci de {infinitif} {quand}, s'il vous plaît.",
    "Je me demande si {chose} {état} {où} ; {qui} {fait} {quoi}.",
    "{qui} {fait} {quoi}… {chose} {état} !",
    "Laisse-moi {infinitif} et je te dirai où {qui} {fait} {quoi}.",
]

ODD = [
    "BONJOUR À TOUS !",
    "bonjour",
    "Oui.",
    "Non !!!",
    "Le 1er janvier 2024, à 10 h 15, il y avait 12 345,67 € sur le compte n° 42.",
    "J’ai lu « L’Étranger » – c’est très court…",
    "Son adresse : jeanne.dupont@exemple.fr (tél. 01 23 45 67 89).",
    "Ça va ? Moi, ça va. Et toi ?",
    "M. Durand habite au 3 bis, av. de la République.",
    "J'adore ça 😀, pas toi ?",
    "a b c d e f g h i j k l m n o p q r s t u v w x y z",
    "anticonstitutionnellement",
    "Le ﬁls d'E\N{COMBINING ACUTE ACCENT}lise mange 你好.",
    "ha ha ha ha ha ha ha ha ha ha ha ha ha ha ha ha ha ha ha ha",
    "Fichier → Ouvrir → C:\\Temp\\essai.txt",
    "il était une fois un roi, une reine, un fou, un chien, un chat, une souris, un fromage, un "
    "couteau, une table, une chaise, un lit, une porte, une clé, un jardin, un arbre et une pomme",
]


def sentence(generator: random.Random) -> str:
    """Return one sentence of a pattern, its first letter upper case and the others' lower."""
    parts = generator.choice(PATTERNS).split("{")
    text = parts[0]
    for part in parts[1:]:
        slot, _, rest = part.partition("}")
        word = generator.choice(WORDS[slot])
        ends_before = not text.strip(" «") or text.rstrip(" «")[-1] in ".!?…:"
        if not ends_before and not word.startswith(("Mme", "Henri")):
            word = word[0].lower() + word[1:]
        if text.endswith(" de "):
            text = text[:-3] + toy.elide("de", word).removesuffix(word)
        text += word + rest
    return toy.capital(text)


def sentences(seed: int, count: int, *, words: float = math.inf) -> Iterator[str]:
    """Yield different sentences: the odd ones, a tenth of the small grammar, then of patterns.

    None has more words than asked for.
    """
    generator = random.Random(seed)
    small = (source for source, _ in toy.pairs(seed, max(1, count // 10)))
    patterns = (sentence(generator) for _ in itertools.count())
    fit = (text for text in itertools.chain(ODD, small, patterns) if len(text.split()) <= words)
    seen: set[str] = set()
    while len(seen) < count:
        text = next(fit)
        if text not in seen:
            seen.add(text)
            yield text


if __name__ == "__main__":
    for line in sentences(1, int(sys.argv[1])):
        sys.stdout.write(line + "\n")
