/**
 * Which rules an audit evaluated by: hashes that separate a change of the auditor from a change of the account.
 * infra/docs/rules.ts says what they cover and writes rules.json, so that everything built from one commit has the same.
 */
import committed from './rules.json' with { type: 'json' };

export interface Rules {
  /** Over all of them. */
  readonly hash: string;
  /** What all checks share: evaluation, readiness, mutes, and which clusters there are. */
  readonly shared: string;
  /** By id of the check. Covers the shared rules too. */
  readonly checks: { readonly [check: string]: string };
}

/** Those of this commit. */
export const rules: Rules = committed;
