/**
 * How many examples a property tries: a tenth of `full` in `npm test`, all of them with FAST_CHECK_FULL=1, which
 * `npm run test:properties` sets.
 */
export const examples = (full: number): number => (process.env.FAST_CHECK_FULL === undefined ? Math.ceil(full / 10) : full);
