"""Made-up pairs about what goes on or is over, and paths through menus.

French says "depuis" in the present tense and "ne … plus" for what has ended, and both are lost
easily: "I live here for three years", "I don't eat more meat". A path through menus is a list of
labels, none of which may go.
"""

from __future__ import annotations

import numpy as np

from allez_export.made import DATA, one
from allez_export.made.words import Pair, capitalized, english, french

Generator = np.random.Generator

_GOING_ON = (
    # present with "depuis"; English: have + participle; what follows
    ("{je} habite à Lyon", "lived in Lyon"),
    ("{je} habite ici", "lived here"),
    ("{je} travaille ici", "worked here"),
    ("{je} travaille dans cette entreprise", "worked for this company"),
    ("{je} attend", "been waiting"),
    ("{je} attend devant la porte", "been waiting outside the door"),
    ("{je} apprend l'anglais", "been learning English"),
    ("{je} étudie le droit", "been studying law"),
    ("{je} joue du piano", "been playing the piano"),
    ("{je} connaît Paul", "known Paul"),
    ("{je} est malade", "been sick"),
    ("{je} est en vacances", "been on vacation"),
    ("{je} est à la retraite", "been retired"),
    ("{je} cherche du travail", "been looking for work"),
    ("{je} vit seul", "lived alone"),
    ("{je} dort", "been asleep"),
    ("{je} porte des lunettes", "worn glasses"),
    ("{je} conduit ce bus", "driven this bus"),
    ("{je} a mal au dos", "had a backache"),
    ("{je} a ce chien", "had this dog"),
)
_FIRST = {
    "est": "suis",
    "a": "ai",
    "attend": "attends",
    "apprend": "apprends",
    "connaît": "connais",
    "vit": "vis",
    "dort": "dors",
    "conduit": "conduis",
}
"""The first person of a verb of `_GOING_ON` where it differs from the third."""

_SINCE = (
    ("hier", "yesterday"),
    ("lundi", "Monday"),
    ("ce matin", "this morning"),
    ("mardi dernier", "last Tuesday"),
    ("le mois dernier", "last month"),
    ("son enfance", "childhood"),
    ("Noël", "Christmas"),
    ("la guerre", "the war"),
    ("janvier", "January"),
    ("l'été dernier", "last summer"),
)
_OVER = (
    # what is no longer so: verb in the first and third person, with what follows; English
    ("mange", "mange", "de viande", "eat", "meat"),
    ("bois", "boit", "de café", "drink", "coffee"),
    ("bois", "boit", "d'alcool", "drink", "alcohol"),
    ("ai", "a", "de voiture", "have", "a car"),
    ("ai", "a", "d'argent", "have", "any money"),
    ("ai", "a", "le temps", "have", "time"),
    ("ai", "a", "faim", "be", "hungry"),
    ("ai", "a", "peur", "be", "afraid"),
    ("suis", "est", "malade", "be", "sick"),
    ("suis", "est", "en colère", "be", "angry"),
    ("suis", "est", "d'accord", "agree", ""),
    ("habite", "habite", "ici", "live", "here"),
    ("travaille", "travaille", "le dimanche", "work", "on Sundays"),
    ("fume", "fume", "", "smoke", ""),
    ("dors", "dort", "", "sleep", ""),
    ("joue", "joue", "au tennis", "play", "tennis"),
    ("vois", "voit", "la différence", "see", "the difference"),
    ("regarde", "regarde", "la télé", "watch", "TV"),
    ("parle", "parle", "à son frère", "talk", "to his brother"),
    ("prends", "prend", "le bus", "take", "the bus"),
    ("comprends", "comprend", "rien", "understand", "anything"),
    ("veux", "veut", "le voir", "want", "to see him"),
    ("veux", "veut", "de dessert", "want", "dessert"),
    ("sais", "sait", "quoi faire", "know", "what to do"),
)
_GONE = (
    ("pain", "bread"),
    ("lait", "milk"),
    ("places", "seats"),
    ("billets", "tickets"),
    ("essence", "gas"),
    ("eau chaude", "hot water"),
    ("papier", "paper"),
    ("temps", "time"),
    ("espoir", "hope"),
    ("neige", "snow"),
    ("réseau", "signal"),
    ("batterie", "battery"),
)
_MENUS = (
    ("Réglages", "Settings"),
    ("Paramètres", "Settings"),
    ("Compte", "Account"),
    ("Mon compte", "My account"),
    ("Sécurité", "Security"),
    ("Confidentialité", "Privacy"),
    ("Général", "General"),
    ("Affichage", "Display"),
    ("Son", "Sound"),
    ("Réseau", "Network"),
    ("Langue", "Language"),
    ("Langue et clavier", "Language and keyboard"),
    ("Fichier", "File"),
    ("Édition", "Edit"),
    ("Outils", "Tools"),
    ("Options", "Options"),
    ("Aide", "Help"),
    ("Avancé", "Advanced"),
    ("Notifications", "Notifications"),
    ("Mot de passe", "Password"),
    ("Profil", "Profile"),
    ("Appareils", "Devices"),
    ("Stockage", "Storage"),
    ("Sauvegarde", "Backup"),
    ("Mise à jour", "Update"),
    ("Imprimer", "Print"),
    ("Exporter", "Export"),
    ("Importer", "Import"),
    ("Nouveau", "New"),
    ("Enregistrer sous", "Save as"),
    ("Supprimer", "Delete"),
    ("À propos", "About"),
    ("Accueil", "Home"),
    ("Panier", "Cart"),
    ("Commandes", "Orders"),
    ("Factures", "Invoices"),
    ("Paiement", "Payment"),
    ("Livraison", "Delivery"),
    ("Contact", "Contact"),
    ("Date et heure", "Date and time"),
    ("Accessibilité", "Accessibility"),
    ("Batterie", "Battery"),
    ("Applications", "Apps"),
    ("Autorisations", "Permissions"),
    ("Utilisateurs", "Users"),
)


def going_on(generator: Generator) -> Pair:
    """Return what has gone on for some time, since some day, or began so long ago."""
    who, en_who, has = one(
        generator, (("je", "I", "have"), ("il", "he", "has"), ("elle", "she", "has"))
    )
    phrase, done = one(generator, _GOING_ON)
    _, verb, *rest = phrase.split(" ")
    if who == "je":
        verb = _FIRST.get(verb, verb)
    subject = "j'" if who == "je" and verb[0] in "aeiouhé" else f"{who} "
    said = " ".join([f"{subject}{verb}", *rest])
    if who == "elle":
        said = said.replace("vit seul", "vit seule")
    span, en_span = _span(generator)
    if generator.random() < 0.3:
        since, en_since = one(generator, _SINCE)
        if since.startswith("son ") and who == "je":
            since = "mon enfance"
        of = f"depuis {since}"
        fr, en = f"{said} {of}", f"{en_who} {has} {done} since {en_since}"
    else:
        far = f"qu'{said}" if said[0] in "aeiou" else f"que {said}"
        fr = one(
            generator,
            (f"{said} depuis {span}",) * 4
            + (f"ça fait {span} {far}", f"il y a {span} {far}", f"cela fait {span} {far}"),
        )
        en = f"{en_who} {has} {done} for {en_span}"
    return capitalized(f"{fr}."), capitalized(f"{en}.")


def _span(generator: Generator) -> Pair:
    """Return a stretch of time, in words or figures."""
    noun = one(generator, DATA["spans"])
    n = int(generator.integers(1, 31))
    if n == 1:
        article = "an" if noun[3].startswith("hour") else "a"
        return f"{'une' if noun[2] else 'un'} {noun[0]}", f"{article} {noun[3]}"
    if generator.random() < 0.6:
        return f"{french(n, feminine=bool(noun[2]))} {noun[1]}", f"{english(n)} {noun[4]}"
    return f"{n} {noun[1]}", f"{n} {noun[4]}"


def over(generator: Generator) -> Pair:
    """Return what is no longer so, or still is; what has run out, or has not."""
    if generator.random() < 0.25:
        noun, en_noun = one(generator, _GONE)
        of = "d'" if noun[0] in "aeiouéh" else "de "
        there = "are" if noun.endswith("s") and noun != "temps" else "is"
        head = one(generator, ("il n'y a plus", "y a plus"))
        return one(
            generator,
            (
                (f"{capitalized(head)} {of}{noun}.", f"There {there} no more {en_noun}."),
                (f"{capitalized(head)} {of}{noun}.", f"There {there} no {en_noun} left."),
                (f"Nous n'avons plus {of}{noun}.", f"We have no more {en_noun}."),
                (f"Il reste plus {of}{noun}.", f"There {there} no {en_noun} left."),
                (f"Il me faut plus {of}{noun}.", f"I need more {en_noun}."),
                (f"Je veux plus {of}{noun} que toi.", f"I want more {en_noun} than you."),
            ),
        )
    first, third, rest, do, what = one(generator, _OVER)
    me = generator.random() < 0.5
    verb = first if me else third
    who, en_who = ("je", "I") if me else one(generator, (("il", "he"), ("elle", "she")))
    if me:
        rest, what = rest.replace("son frère", "mon frère"), what.replace("his ", "my ")
    vowel = verb[0] in "aeiouhéê"
    no = f"{who} {chr(39).join(('n', verb)) if vowel else 'ne ' + verb}"
    fr = f"{no} plus {rest}".rstrip()
    longer = generator.random() < 0.3
    if do == "be":
        be = one(generator, (" am", "'m") if me else (" is", "'s"))
        en = f"{en_who}{be} no longer {what}" if longer else f"{en_who}{be} not {what} anymore"
    elif longer:
        en = f"{en_who} no longer {_third(do, me)} {what.replace('any ', '')}".rstrip()
    else:
        en = f"{en_who} {'don' if me else 'doesn'}'t {do} {what}".rstrip() + " anymore"
    return capitalized(f"{fr}."), capitalized(f"{en}.")


def _third(verb: str, first: bool) -> str:
    if first:
        return verb
    irregular = {"have": "has", "watch": "watches"}
    return irregular.get(verb, f"{verb}s")


def menus(generator: Generator) -> Pair:
    """Return a path through menus, bare or in a sentence; each label stays."""
    count = int(generator.integers(2, 5))
    labels = [_MENUS[int(i)] for i in generator.permutation(len(_MENUS))[:count]]
    sign = one(generator, (" → ", " → ", " > ", " › ", " » ", " / ", " | ", " - "))
    fr, en = sign.join(label[0] for label in labels), sign.join(label[1] for label in labels)
    return one(
        generator,
        (
            (fr, en),
            (fr, en),
            (f"{fr}.", f"{en}."),
            (f"Allez dans {fr}.", f"Go to {en}."),
            (f"Ouvrez {fr}.", f"Open {en}."),
            (f"Cliquez sur {fr}.", f"Click {en}."),
            (f"Menu {fr}", f"Menu {en}"),
            (f"C'est dans {fr}.", f"It's in {en}."),
            (f"Vous le trouverez sous {fr}.", f"You will find it under {en}."),
            (f"Choisissez {fr}, puis validez.", f"Choose {en}, then confirm."),
        ),
    )


def lasting(generator: Generator) -> Pair:
    """Return what goes on, what is over, or a path through menus."""
    return (going_on, going_on, over, over, menus)[int(generator.integers(5))](generator)
