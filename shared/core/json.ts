/** JSON from outside: from a message, a cursor, an answer of somebody else's. */

/** The value that a text stands for; `undefined` where it is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
