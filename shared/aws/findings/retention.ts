/** How long items are stored. */

/** Days for which audits are stored, and the state of a region that is no longer audited. */
export const auditDays = 35;

/** Epoch second at which an item that is written at `at` expires. */
export const expiryOf = (at: Date, days: number): number => Math.floor(at.getTime() / 1000) + days * 86_400;

/** Whether an item exists at `now`, an epoch second: DynamoDB deletes expired items late. */
export const isRetained = ({ expires }: { readonly expires?: number }, now: number): boolean => expires === undefined || expires > now;
