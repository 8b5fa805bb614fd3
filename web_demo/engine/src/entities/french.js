/** What reads numbers of French alone. Loaded with the first bundle that does. */

import { words } from './characters.js'

export { Stretches } from './stretches.js'

/** Words in small letters after which two groups of digits may be two numbers ("bus"). */
export const DESIGNATORS = words(
  'le du au numéro no n ligne bus train tram tramway métro vol page chapitre ' +
    'article tome volume salle chambre porte quai voie rue route étage bureau ' +
    'classe groupe lot version étape figure tableau question exercice leçon ' +
    'appartement boîte bp cs code postal poste table place siège dossier section ' +
    'paragraphe alinéa annexe niveau saison épisode match numéros lignes pages ' +
    'articles',
)
