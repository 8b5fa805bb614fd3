/** Who does the task of a bundle that does not translate; a page loads this with the first such. */

import { Captioner } from './captioner.js'
import { Replier } from './replier.js'
import { Summarizer } from './summarizer.js'

/** @type {Record<string, import('../translate/loading.js').Kind<any, any>>} */
export const KINDS = { summarize: Summarizer, reply: Replier, caption: Captioner }
