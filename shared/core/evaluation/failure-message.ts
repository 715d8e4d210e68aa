/** FailureMessage of a cluster: text that AWS composes of names and errors, so anything may be in it. */
import { showHidden } from '../text/hidden-characters.ts';

const longest = 300;

/** The message on one line, at most 300 characters of it, in quotes. */
export function quotedFailure(message: string): string {
  const characters = [...showHidden(message.replaceAll(/\s+/gu, ' ').trim())];
  return `"${characters.length > longest ? `${characters.slice(0, longest).join('')}…` : characters.join('')}"`;
}
