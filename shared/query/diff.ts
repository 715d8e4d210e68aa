/** `GET /diff`: the net difference between two moments, without the changes in between. */
import * as z from 'zod/mini';
import type { RegionKey } from '../aws/findings/keys.ts';
import { compare, type StateDifference } from '../core/history/compare.ts';
import { partsOf, type RegionState } from '../core/history/log.ts';
import { isAskedDifference, subjectFilters } from './filters.ts';
import { cursorAt, pageOf, positionIn } from './page.ts';
import { defaultPage, instant, paging, parameter, pastInstant, periodOf, required } from './parameters.ts';
import { fewPlaces, placeKeys } from './places.ts';
import { differencePosition } from './positions.ts';
import type { QueryPorts } from './query-sources.ts';
import { question } from './question.ts';
import { brief, coverageKind, findingKind, level, place, readinessKind, stateSince, subject, time } from './response-schemas.ts';
import { notKeptAnywhere } from './states-at.ts';

export const difference = () =>
  z.discriminatedUnion('of', [
    z.object({
      of: z.literal('finding'),
      kind: findingKind,
      ...place,
      id: z.string(),
      ...subject,
      before: z.optional(brief),
      after: z.optional(brief),
      message: z.optional(z.string()),
    }),
    z.object({
      of: z.literal('coverage'),
      kind: coverageKind,
      ...place,
      id: z.string(),
      ...subject,
      level,
      reason: z.string(),
      since: time,
    }),
    z.object({
      of: z.literal('readiness'),
      kind: readinessKind,
      ...place,
      /** The name of the cluster. */
      id: z.string(),
      cluster: z.string(),
      before: z.optional(stateSince),
      after: z.optional(stateSince),
    }),
  ]);
export type DifferenceView = z.output<ReturnType<typeof difference>>;

export const diffParameters = {
  from: required(parameter.from),
  to: parameter.to,
  ...subjectFilters,
  level: parameter.level,
  ...paging,
} as const;

function shown(place: RegionKey, of: StateDifference): DifferenceView {
  const { account, region } = place;
  if (of.of === 'readiness') {
    const { kind, id, before, after } = of;
    return {
      of: 'readiness',
      kind,
      account,
      region,
      id,
      cluster: id,
      ...(before && { before: { state: before.state, since: before.since } }),
      ...(after && { after: { state: after.state, since: after.since } }),
    };
  }
  const about = { account, region, id: of.id, ...partsOf(of.id) };
  if (of.of === 'coverage')
    return { of: 'coverage', kind: of.kind, ...about, level: of.record.row.level, reason: of.record.row.reason, since: of.record.since };
  const { kind, before, after, record } = of;
  return { of: 'finding', kind, ...about, ...(before && { before }), ...(after && { after, message: record.finding.message }) };
}

const ranks = { readiness: 1, finding: 2, coverage: 3 } as const;
/** Where an item stands among all. */
const keyOf = ({ account, region, of, id }: DifferenceView): string => `${account}#${region}#${ranks[of]}#${id}`;

async function stateBy(
  place: RegionKey,
  moment: string | undefined,
  { table }: QueryPorts,
): Promise<RegionState | { readonly notKeptBefore: string | undefined }> {
  if (moment !== undefined) return table.stateAt(place, moment);
  return (await table.currentState(place)) ?? { notKeptBefore: undefined };
}

export const diff = question({
  name: 'diff',
  path: '/diff',
  summary: 'The net difference between two moments',
  description:
    'The differences of `to` (default: now) from `from`, without the changes in between. Both times are in the past. Sorted by account and region; clusters first, then findings, then coverage. At most 40 regions: if there are more, specify an account. Keys: `account` and `region`.',
  parameters: diffParameters,
  times: ({ from, to }) => ({ now: to === undefined, moments: [from, ...(to === undefined ? [] : [to])].map(instant) }),
  result: () => pageOf(difference()),
  async ask(asked, ports) {
    const limit = asked.limit ?? defaultPage;
    const now = ports.now();
    const from = pastInstant('from', asked.from, now);
    const to = asked.to === undefined ? undefined : pastInstant('to', periodOf(asked, now).to, now);
    const position = positionIn('/diff', asked, differencePosition(asked)) ?? '';
    const { places, scanned } = await fewPlaces(asked, ports.reader);
    const read = await Promise.all(
      places.map(async (place) => ({ place, before: await stateBy(place, from, ports), after: await stateBy(place, to, ports) })),
    );
    const notKept = read.flatMap(({ place, before, after }) => {
      const missing = [before, after].find((state) => !('seq' in state));
      const since = missing && 'notKeptBefore' in missing ? missing.notKeptBefore : undefined;
      return missing ? [{ ...place, ...(since !== undefined && { notKeptBefore: since }) }] : [];
    });
    if (notKept.length === read.length) throw notKeptAnywhere(from, notKept);
    const all = read.flatMap(({ place, before, after }) =>
      'seq' in before && 'seq' in after ? compare(before, after).map((of) => shown(place, of)) : [],
    );
    const found = all.filter((item) => keyOf(item) > position && isAskedDifference(item, asked));
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return {
      items,
      ...cursorAt('/diff', asked, last && found.length > limit ? keyOf(last) : undefined),
      scanned: scanned + all.length,
      keys: placeKeys(asked),
      ...(notKept.length > 0 && { notKept }),
    };
  },
});
