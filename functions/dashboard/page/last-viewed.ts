/** When the changes were last viewed, as the browser stores it for a report. */

export interface LastViewed {
  /** RFC 3339; `undefined`: not yet. */
  readonly last: () => Promise<string | undefined>;
  /** What is remembered from now on. Rejects with a sentence that can be shown. */
  readonly remember: (at: string) => Promise<string>;
}

/** The longest audit, from the time of its facts until its changes are stored: the timeout of the function that audits. */
const longestAuditMs = 240_000;
/** What a view at a time has shown for certain: changes have the time of their facts, and an audit may still have been running. */
export const viewedUpTo = (now: number): string => new Date(now - longestAuditMs).toISOString();

const name = 'hyperpod-auditor.looked';

/** A browser may refuse to store anything for a page from disk: then nothing is remembered. */
export const browserLastViewed: LastViewed = {
  last: async () => {
    try {
      return localStorage.getItem(name) ?? undefined;
    } catch {
      return undefined;
    }
  },
  remember: async (at) => {
    try {
      localStorage.setItem(name, at);
    } catch {
      // Nothing is lost but the convenience.
    }
    return at;
  },
};
