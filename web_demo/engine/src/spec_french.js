/**
 * What is asked of French alone that all hosts agree on: a copy of `spec/contract.json`, which
 * decides. Written by `tools/web_contract.py`; not to be changed by hand.
 *
 * @type {any}
 */
export const FRENCH = {
 "numbers": {
  "fr": {
   "designators": "le du au num\u00e9ro no n ligne bus train tram tramway m\u00e9tro vol page chapitre article tome volume salle chambre porte quai voie rue route \u00e9tage bureau classe groupe lot version \u00e9tape figure tableau question exercice le\u00e7on appartement bo\u00eete bp cs code postal poste table place si\u00e8ge dossier section paragraphe alin\u00e9a annexe niveau saison \u00e9pisode match num\u00e9ros lignes pages articles"
  }
 }
}
