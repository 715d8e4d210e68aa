/** What a year of audits leaves of an organization: the items of each region, for benches of what reads them. */
import { commitItems } from '../../shared/aws/findings/commits.ts';
import { historyItem } from '../../shared/aws/findings/history.ts';
import { type InventoryItem, inventoryItem, regionEntry } from '../../shared/aws/findings/inventory.ts';
import { type Key, partitionOf, type RegionKey, sortKeys } from '../../shared/aws/findings/keys.ts';
import { packAmounts, rollUp } from '../../shared/aws/findings/packed-amounts.ts';
import { recordItem } from '../../shared/aws/findings/records.ts';
import { expiryOf } from '../../shared/aws/findings/retention.ts';
import { type Finding, findingId, type Unevaluated } from '../../shared/core/evaluation/finding.ts';
import { readinessOf } from '../../shared/core/evaluation/readiness.ts';
import { type AuditRef, briefOf, type Commit, type FindingRecord } from '../../shared/core/history/log.ts';

export const regions = Array.from({ length: 18 }, (_, n) => `us-bench-${n + 1}`);
const findingsOfRegion = 100;
const commitsOfYear = 52;
const unevaluatedOfRegion = 3;
const changesOfCommit = 4;
const auditsKept = 48;
export const now = new Date('2026-11-20T12:00:00.000Z');
export const day = 86_400_000;
export const account = (n: number): string => String(100_000_000_000 + n);
const expires = expiryOf(now, 400);

/** A finding of the size that real ones have: 0.9 KB where it passes, 1.5 KB with its way out where it fails. */
export function findingOf(place: RegionKey, n: number): Finding {
  const check = `check-with-a-long-name-${n % 40}`;
  const of = {
    check,
    ...(n % 3 > 0 && { cluster: 'llm-train', group: 'workers' }),
    resource: `subnet-0854bed66e8d6${String(n).padStart(4, '0')}`,
  };
  const fails = n % 5 === 0;
  return {
    id: findingId(of),
    ...of,
    checkLevel: 'required',
    level: n % 2 ? 'required' : 'recommended',
    status: fails ? 'fail' : 'pass',
    ...(n % 4 === 0 && { have: 4000 - n, need: 128, unit: 'addresses' }),
    title: 'Each subnet that HyperPod may choose can take the nodes that would land there',
    message: `251 addresses usable in subnet ${of.resource} (10.30.8.0/24), 324 required for 4 nodes of workers (81 each). The subnet cannot hold all planned nodes, even if it were empty.`,
    ...(fails && {
      remediation: {
        text: 'Use a larger subnet, or add another one of the same zone to the VpcConfig of the cluster; a subnet itself cannot grow.',
        command: `aws ec2 create-subnet --region ${place.region} --vpc-id vpc-0174996e189b0dcf1 --cidr-block 10.30.16.0/22 --availability-zone-id use1-az4 --tag-specifications 'ResourceType=subnet,Tags=[{Key=Name,Value=hyperpod}]'`,
        console: `https://${place.region}.console.aws.amazon.com/vpcconsole/home?region=${place.region}#SubnetDetails:subnetId=${of.resource}`,
      },
    }),
    reference: 'https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites.html',
  };
}

/** The nth coverage row: a permission is missing. */
const rowOf = (n: number): Unevaluated => ({
  check: `check-with-a-long-name-${n}`,
  level: 'required',
  cluster: 'llm-train',
  resource: `fs-0854bed66e8d6${String(n).padStart(4, '0')}`,
  reason: 'access denied: fsx:DescribeFileSystems',
  action: 'fsx:DescribeFileSystems',
});

const refOf = (at: string): AuditRef => ({
  auditId: `audit-${at}`,
  factsAt: at,
  planHash: '2d86cd8228890fc86ddb64f1ff90f833eeb3a0800385d36b150f8927740be056',
  toolVersion: '1.0.0',
  regionState: 'audited',
  coverage: { evaluated: findingsOfRegion, unevaluated: unevaluatedOfRegion, required: unevaluatedOfRegion },
  alias: 'ml-prod',
});

/** When the nth of a region's commits was: the newest a little before now, no two regions at the same time. */
const timeOf = (n: number, spread: number): string => new Date(now.getTime() - (commitsOfYear - n) * 7 * day - spread * 1000).toISOString();

function inventoryItemOf(place: RegionKey, at: string): InventoryItem {
  const findings = Array.from({ length: findingsOfRegion }, (_, n) => findingOf(place, n));
  const readiness = [readinessOf({ cluster: 'llm-train', planned: true, running: false }, findings, [])];
  const records = readiness.map(({ because, ...r }) => ({ ...r, since: at }));
  return inventoryItem(
    place,
    commitsOfYear,
    at,
    regionEntry(refOf(at), { findings, coverage: { evaluated: 0, unevaluated: [] }, readiness }, records),
    expires,
  );
}

/** Everything that a year of audits leaves of one region. */
function itemsOf(place: RegionKey, spread: number): readonly Key[] {
  const pk = partitionOf(place);
  const recordOf = (n: number): FindingRecord => {
    const since = timeOf(n % commitsOfYear, spread);
    return { finding: findingOf(place, n), firstSeen: since, since, lastChanged: since };
  };
  const commits = Array.from({ length: commitsOfYear }, (_, n): Commit => {
    const at = timeOf(n, spread);
    const changes = Array.from({ length: changesOfCommit }, (_, c) => {
      const after = recordOf((n + c) % findingsOfRegion);
      return {
        of: 'finding' as const,
        kind: 'regressed' as const,
        cause: 'account' as const,
        id: after.finding.id,
        before: briefOf(after),
        after,
      };
    });
    return {
      ...refOf(at),
      seq: n + 1,
      at,
      changes,
      readiness: [{ cluster: 'llm-train', planned: true, running: false, state: 'BLOCKED', since: at }],
    };
  });
  const findings = Array.from({ length: findingsOfRegion }, (_, n) => findingOf(place, n));
  const amounts = packAmounts(findings);
  const last = timeOf(commitsOfYear - 1, spread);
  return [
    ...commits.flatMap((commit) => [
      commitItems(place, commit, 'writer', expires).item,
      ...commit.changes.flatMap((c) => (c.of === 'finding' ? [historyItem(place, commit, c, expires)] : [])),
    ]),
    ...findings.map((_, n) =>
      recordItem(place, { of: 'finding', id: findingId(findingOf(place, n)), seq: 1, record: recordOf(n) }, expires),
    ),
    ...Array.from({ length: unevaluatedOfRegion }, (_, n) => {
      const row = rowOf(n);
      const since = timeOf(n, spread);
      return recordItem(place, { of: 'coverage', id: findingId(row), seq: 1, record: { row, since } }, expires);
    }),
    ...Array.from({ length: auditsKept }, (_, n) => {
      const at = new Date(now.getTime() - n * 3_600_000 - spread * 1000).toISOString();
      return { pk, sk: sortKeys.audit(at, `audit-${at}`), ...refOf(at), at, readiness: { 'llm-train': 'BLOCKED' }, amounts, expires };
    }),
    ...Array.from({ length: 30 }, (_, n) => {
      const date = new Date(now.getTime() - n * day).toISOString().slice(0, 10);
      return { pk, sk: sortKeys.day(date), date, factsAt: `${date}T23:00:00.000Z`, amounts: rollUp(undefined, amounts), expires };
    }),
    {
      pk,
      sk: sortKeys.head,
      version: 1,
      seq: commitsOfYear,
      loggedAt: last,
      audit: refOf(last),
      at: last,
      done: [],
      readiness: commits.at(-1)?.readiness,
    } as Key,
    inventoryItemOf(place, last),
  ];
}

/** The items of an organization, a region at a time: of the first `whole` accounts everything, of the others what the view over all regions reads. */
export function* organizationItems(accounts: number, whole: number): Generator<readonly Key[]> {
  for (let n = 1; n <= accounts; n++)
    for (const [r, region] of regions.entries()) {
      const place = { account: account(n), region };
      yield n <= whole ? itemsOf(place, n * regions.length + r) : [inventoryItemOf(place, timeOf(commitsOfYear - 1, 0))];
    }
}
