/** `GET /findings`: findings as they are, or were at a moment; the newest first, by the time since when each is so. */
import * as z from 'zod/mini';
import type { RegionFinding } from '../aws/findings/inventory-reader.ts';
import { findingsParameters, isAskedFinding } from './filters.ts';
import { pageOf } from './page.ts';
import type { ParameterValues } from './parameters.ts';
import { question } from './question.ts';
import { findingSources, findingsIn, recordsPage } from './records.ts';
import { level, muted, place, status, time } from './response-schemas.ts';
import { timesOf } from './states-at.ts';

export const finding = () =>
  z.object({
    ...place,
    id: z.string(),
    check: z.string(),
    checkLevel: level,
    level,
    status,
    /** It fails and is not muted. */
    open: z.boolean(),
    muted: z.optional(muted),
    cluster: z.optional(z.string()),
    group: z.optional(z.string()),
    resource: z.string(),
    have: z.optional(z.number()),
    need: z.optional(z.number()),
    unit: z.optional(z.string()),
    /** A value that is watched for changes though it never fails. */
    watched: z.optional(z.string()),
    title: z.string(),
    message: z.string(),
    remediation: z.optional(z.object({ text: z.string(), command: z.optional(z.string()), console: z.optional(z.string()) })),
    reference: z.string(),
    firstSeen: time,
    /** When it took its present status. */
    since: time,
    lastChanged: time,
    /** It can no longer be evaluated: this is its last result. Since when, and when it was last evaluated. */
    unseen: z.optional(z.object({ since: time, seen: time })),
    /** The amounts are at least as new as this; asked for by account and region they are those of the last audit. */
    asOf: time,
  });
export type FindingView = z.output<ReturnType<typeof finding>>;

type FindingsQuery = ParameterValues<typeof findingsParameters>;

const isOpen = ({ finding }: RegionFinding): boolean => finding.status === 'fail' && finding.muted === undefined;

const matching =
  (asked: FindingsQuery) =>
  (record: RegionFinding): boolean => {
    const { account, region, finding } = record;
    return isAskedFinding({ account, region, ...finding, open: isOpen(record) }, asked);
  };

const shown = (record: RegionFinding): FindingView => {
  const { account, region, finding, firstSeen, since, lastChanged, carried, refreshed } = record;
  return {
    account,
    region,
    ...finding,
    open: isOpen(record),
    firstSeen,
    since,
    lastChanged,
    ...(carried && { unseen: carried }),
    asOf: refreshed ?? lastChanged,
  };
};

export const findings = question({
  name: 'findings',
  path: '/findings',
  summary: 'Findings as they are, or were at a moment',
  description:
    'The newest first, by the time since which each has its status. Keys: `account` with `region`; `cluster`; `check`; `level` of failures (`status=fail` or `open=true`). Other filters search at most 1,000 findings a page. Without `account` and `region`, amounts are as of `asOf`. With `at`, specify an account, or an account and a region.',
  parameters: findingsParameters,
  times: timesOf,
  result: () => pageOf(finding()),
  ask: (asked, ports) =>
    recordsPage(
      { path: '/findings', kind: 'finding', matches: matching(asked), now: () => findingSources(asked, ports), past: findingsIn, shown },
      asked,
      ports,
    ),
});
