/** What reads numbers of French alone. Loaded with the first bundle that does. */

import { FRENCH } from '../spec_french.js'
import { words } from './characters.js'

export { hoursEnd, isDuration, isMoment } from './hours.js'
export { passed, rate } from './rates.js'
export { Stretches } from './stretches.js'

/** Words in small letters after which two groups of digits may be two numbers ("bus"). */
export const NUMBERED = words(FRENCH.numbers.fr.designators)
