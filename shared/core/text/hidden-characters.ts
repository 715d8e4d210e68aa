/**
 * Characters that a reader does not see, or that change how the text around them is shown: control characters, those that
 * turn the direction of writing, zero-width and other default-ignorable ones, separators of lines, and what is no
 * character. A name with such characters can look like another name, or hide a part of a command.
 * https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters and
 * https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point. Lone surrogates have no encoding at all.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}]/u;
const everyHidden = new RegExp(hidden, 'gu');

export const hasHidden = (text: string): boolean => hidden.test(text);

const escapeOf = (character: string): string =>
  Array.from({ length: character.length }, (_, n) => `\\u${character.charCodeAt(n).toString(16).padStart(4, '0')}`).join('');

/** The text with each hidden character as its JSON escape, such as `\u202e`: visible, and inside JSON still the same value. */
export const showHidden = (text: string): string => text.replaceAll(everyHidden, escapeOf);
