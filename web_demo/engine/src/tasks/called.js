/** What errors and hints call who does a task, what comes of it, and the class for it. */

/** @type {Record<string, [worker: string, work: string, use: string]>} */
export const CALLED = {
  translate: ['translator', 'translation', 'Translator'],
  summarize: ['summarizer', 'summary', 'Summarizer'],
  reply: ['replier', 'reply', 'Replier'],
  caption: ['captioner', 'caption', 'Captioner'],
}
