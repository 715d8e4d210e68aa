/** `GET /audits`: audits that completed, the newest first. They are stored for 35 days. */
import * as z from 'zod/mini';
import type { AuditEntry } from '../aws/findings/audits.ts';
import { orderOf, type RegionKey } from '../aws/findings/keys.ts';
import { placeFilters } from './filters.ts';
import { merged, type RecordSource } from './merge.ts';
import { cursorAt, pageOf, positionIn } from './page.ts';
import { defaultPage, paging, parameter, periodOf } from './parameters.ts';
import { fewPlaces, placeKeys } from './places.ts';
import { auditPosition } from './positions.ts';
import type { QueryPorts } from './query-sources.ts';
import { question } from './question.ts';
import { coverageCount, place, readinessState, regionState, time } from './response-schemas.ts';

export const auditEntry = () =>
  z.object({
    ...place,
    auditId: z.string(),
    /** When the collection of its facts began: the order of audits. */
    factsAt: time,
    /** When it was saved. */
    at: time,
    regionState,
    coverage: coverageCount,
    /** Each cluster with its state. */
    readiness: z.record(z.string(), readinessState),
    /** Number of the commit that holds what it found changed; absent where nothing had. */
    commit: z.optional(z.int()),
  });
export type AuditView = z.output<ReturnType<typeof auditEntry>>;

export const auditsParameters = {
  from: parameter.from,
  to: parameter.to,
  ...placeFilters,
  ...paging,
} as const;

type PlacedAudit = RegionKey & AuditEntry;

/** Audits of one region. They stand by time and id, like the order of all, so what is read up to a time is cut at a place in that order. */
function auditsOf(
  place: RegionKey,
  { from, to }: { readonly from?: string; readonly to: string },
  { table }: QueryPorts,
): RecordSource<PlacedAudit> {
  return async (below, limit) => {
    const upTo = below === undefined ? to : below.slice(0, below.indexOf('#'));
    const read = await table.audits(place, { ...(from !== undefined && { from }), to: upTo }, { limit: limit + 1 });
    const ranked = read.items.map((audit) => ({
      order: orderOf.audit(audit.factsAt, place, audit.auditId),
      value: { ...place, ...audit },
    }));
    const items = ranked.filter(({ order }) => below === undefined || order < below).slice(0, limit);
    const last = items.at(-1);
    return {
      items,
      scanned: read.items.length,
      ...((read.cursor !== undefined || items.length < ranked.length) && last && { end: last.order }),
    };
  };
}

const shown = ({ account, region, auditId, factsAt, at, regionState, coverage, readiness, commit }: PlacedAudit): AuditView => ({
  account,
  region,
  auditId,
  factsAt,
  at,
  regionState,
  coverage,
  readiness,
  ...(commit !== undefined && { commit }),
});

export const audits = question({
  name: 'audits',
  path: '/audits',
  summary: 'Audits that completed',
  description:
    'The newest first, by the time their collection began. Stored for 35 days. Keys: `account` and `region`, and time. At most 40 regions: if there are more, specify an account.',
  parameters: auditsParameters,
  result: () => pageOf(auditEntry()),
  async ask(asked, ports) {
    const { limit = defaultPage } = asked;
    const period = periodOf(asked, ports.now());
    const below = positionIn('/audits', asked, auditPosition(asked, period));
    const { places, scanned } = await fewPlaces(asked, ports.reader);
    const found = await merged(
      places.map((place) => auditsOf(place, period, ports)),
      { below, limit, matches: () => true },
    );
    return {
      items: found.items.map(shown),
      ...cursorAt('/audits', asked, found.end),
      scanned: found.scanned + scanned,
      keys: [...placeKeys(asked), ...(['from', 'to'] as const).filter((name) => asked[name] !== undefined)],
    };
  },
});
