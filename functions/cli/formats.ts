/** How a result can be printed; apart from the printing, so that the help of a command loads none of it. */
export const resultFormats = ['text', 'json', 'jsonl', 'csv', 'junit', 'sarif', 'ocsf', 'asff'] as const;
export type ResultFormat = (typeof resultFormats)[number];
