/**
 * What is asked of French alone that all hosts agree on: a copy of `spec/contract.json`, which
 * decides. Written by `tools/web_contract.py`; not to be changed by hand.
 *
 * @type {any}
 */
export const FRENCH = {
 "numbers": {
  "fr": {
   "designators": "le du au num\u00e9ro no n ligne bus train tram tramway m\u00e9tro vol page chapitre article tome volume salle chambre porte quai voie rue route \u00e9tage bureau classe groupe lot version \u00e9tape figure tableau question exercice le\u00e7on appartement bo\u00eete bp cs code postal poste table place si\u00e8ge dossier section paragraphe alin\u00e9a annexe niveau saison \u00e9pisode match num\u00e9ros lignes pages articles",
   "named": "no num\u00e9ro num\u00e9ros r\u00e9f r\u00e9f\u00e9rence r\u00e9f\u00e9rences matricule code siren siret rcs",
   "signed": "n no nos r\u00e9f r\u00e9fs",
   "kinds": "client cliente contrat dossier compte facture commande police adh\u00e9rent membre abonn\u00e9 allocataire assur\u00e9 b\u00e9n\u00e9ficiaire fournisseur s\u00e9rie suivi r\u00e9f\u00e9rence r\u00e9servation t\u00e9l\u00e9phone siren siret lot devis ticket colis postal secret confidentiel personnel temporaire provisoire v\u00e9rification confirmation validation activation s\u00e9curit\u00e9 acc\u00e8s connexion identification authentification autorisation d\u00e9verrouillage r\u00e9cup\u00e9ration retrait parrainage promo pin puk",
   "bare": "code num\u00e9ro r\u00e9f\u00e9rence r\u00e9f\u00e9rences",
   "counting": "compte",
   "little": "dans des les aux sous sans depuis d\u00e8s vers mais puis vous nous ils elles apr\u00e8s ces ses mes tes nos vos lors hors moins plus toujours tr\u00e8s jamais alors deux trois six dix \u00e9mis remis transmis soumis compris inclus exclus pris mis re\u00e7us clos sis frais"
  }
 }
}
