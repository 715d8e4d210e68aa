/** Paths into a plan, and how their parts are shown to people. */

/** What leads to a value: keys and list positions. */
export type PlanPath = readonly (string | number)[];

/** A text as it appears in a message: on one line, in quotes, cut after 80 characters. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);
}

/** `['clusters', 0, 'region']` → `clusters[0].region`; keys that are not plain words stand in brackets and quotes. */
export function pathText(path: PlanPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[\w-]+$/.test(part)) return `${text}[${quoted(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}
