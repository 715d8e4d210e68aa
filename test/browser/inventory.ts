/** A report of many regions, each with a cluster, and a server that answers from it page by page as the endpoint does. */
import { answerFrom } from '../../functions/dashboard/page/answer-from.ts';
import type { Report } from '../../functions/dashboard/report-data.ts';
import type { DashboardOptions } from '../../functions/dashboard/server.ts';
import { report } from './report.ts';

type Row = Report['readiness'][number];

const regions = ['eu-north-1', 'us-east-1', 'us-east-2', 'us-west-2'] as const;
const perAccount = regions.length;

/** A region of the inventory by its number; its cluster is READY unless `state` says something else. */
function row(n: number, state: Row['clusters'][number]['state']): Row {
  return {
    account: String(111122220000 + Math.floor(n / perAccount)),
    alias: `team-${Math.floor(n / perAccount)}`,
    region: regions[n % perAccount] ?? '',
    regionState: 'audited',
    coverage: { evaluated: 50, unevaluated: 0, required: 0 },
    factsAt: '2026-11-24T19:30:00.000Z',
    orLater: true,
    clusters: [
      {
        cluster: `train-${n}`,
        planned: true,
        running: true,
        state,
        since: '2026-11-01T08:00:00.000Z',
        because: state === 'READY' ? [] : [{ id: `s3-reachable/train-${n}/-/subnet-1`, text: 's3-reachable fails: subnet-1' }],
        reasons: state === 'READY' ? 0 : 1,
      },
    ],
  };
}

/** `size` regions, READY but for those of which `states` says something else; everything else is empty. */
export const inventory = (size: number, states: { readonly [n: number]: Row['clusters'][number]['state'] } = {}): Report => ({
  about: report().about,
  readiness: Array.from({ length: size }, (_, n) => row(n, states[n] ?? 'READY')),
  findings: [],
  changes: [],
  coverage: [],
  capacity: [],
});

/** Answers from a report, fifty items a page where no limit is asked for. */
export const answering =
  (data: Report): DashboardOptions['answer'] =>
  async (path, parameters) => ({
    status: 200,
    // The changes were never viewed.
    body: path === '/looked' ? {} : answerFrom(data, path.slice(1) as 'findings', { limit: '50', ...Object.fromEntries(parameters) }),
  });
