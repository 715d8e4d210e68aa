/**
 * What organizations of 1 to 10,000 accounts take of AWS's limits: the functions run in virtual time on a table in memory.
 * `node test/bench/scale/scale.ts`; `--accounts 100,300` compares other sizes in less time.
 */
import { dollars } from '../../../infra/cost/cost.ts';
import { measured } from '../../../infra/cost/measured.ts';
import { auditCallsAtOnce, functionSizes } from '../../../infra/stacks/functions.ts';
import { defaultPerHour } from '../../../shared/core/plan/plan.ts';
import { supportedRegions } from '../../../shared/core/plan/regions.ts';
import { printGrid } from '../table.ts';
import { simulatedFunctions } from './functions.ts';
import { grownHour } from './growth.ts';
import { simulateLargeOrganization } from './large-organization.ts';
import { costOf, latenciesMs } from './monthly-cost.ts';
import { busyRegions, type HourOutcome, hours, simulateHours } from './organization.ts';
import { unitsOfAPartition } from './write-counts.ts';

const most = 10_000;
const number = (n: number): string => Math.round(n).toLocaleString('en-US');
const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;

interface Column {
  readonly accounts: number;
  readonly hours: readonly HourOutcome[];
}

type Row = readonly [what: string, ...cells: readonly string[]];

function hourRows(columns: readonly Column[]): readonly Row[] {
  return hours.flatMap(({ name }, n): readonly Row[] => {
    const row = (what: string, of: (hour: HourOutcome) => string): Row => [
      `${name}: ${what}`,
      ...columns.map(({ hours: simulated }) => (simulated[n] ? of(simulated[n]) : '')),
    ];
    return [
      row('audits', (hour) => number(hour.audits)),
      row('calls of AWS', (hour) => number(hour.calls)),
      row('write units, indexes included', (hour) => number(hour.writeUnits)),
      row(`hottest key, units/s (limit ${number(unitsOfAPartition)})`, ({ hottest: [first] }) =>
        first ? `${first.in} ${number(first.units)}` : '0',
      ),
      row('messages', (hour) => number(Math.min(hour.messages, defaultPerHour))),
    ];
  });
}

function functionRows(columns: readonly Column[]): readonly Row[] {
  const longest = simulatedFunctions.map((name): Row => {
    const ms = columns.map(({ hours: of }) => Math.max(0, ...of.map((hour) => hour.runs.get(name)?.longestMs ?? 0)));
    return [`longest call of ${name} (timeout ${functionSizes[name].timeoutSeconds} s)`, ...ms.map(seconds)];
  });
  const atOnce = columns.map(({ accounts, hours: of }) => {
    const total = of.at(-1)?.runs.get('audit')?.totalMs ?? 0;
    const limit = auditCallsAtOnce(accounts > 1 ? { accounts: 'organization' } : {});
    return `${(total / 3_600_000).toFixed(1)} of ${limit}`;
  });
  return [...longest, ['calls of audit at once, mean of the hour', ...atOnce]];
}

/** Calls of Service Quotas a second while audits are spread over four fifths of an hour, on average over a day. */
function quotaCalls(accounts: number): string {
  const part = busyRegions.length / supportedRegions.names.length;
  const of = ({ firstOfDay, later }: (typeof measured)['busy']) =>
    (firstOfDay.quotaLists + firstOfDay.quotaGets + 23 * (later.quotaLists + later.quotaGets)) / 24;
  const calls = accounts * supportedRegions.names.length * (part * of(measured.busy) + (1 - part) * of(measured.quiet));
  return (calls / (3600 * 0.8)).toFixed(1);
}

export async function benchScale(small = 100, large = 1000): Promise<void> {
  const begun = performance.now();
  const [one, few, many] = [await simulateHours(1), await simulateHours(small), await simulateHours(large)];
  const whole = await simulateLargeOrganization(most);
  const grownHours = many.flatMap((hour, n) =>
    few[n] ? [grownHour(few[n], hour, { small, large }, most, n === 0 ? whole : undefined)] : [],
  );
  const columns: readonly Column[] = [
    { accounts: 1, hours: one },
    { accounts: large, hours: many },
    { accounts: most, hours: grownHours },
  ];
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
  printGrid(
    `scale: accounts × ${supportedRegions.names.length} regions, audited hourly (simulated in ${minutes} minutes; goal: 15)`,
    ['', ...columns.map(({ accounts }) => `${number(accounts)} ${accounts === 1 ? 'account' : 'accounts'}`)],
    [
      ...hourRows(columns),
      ...functionRows(columns),
      ['Service Quotas, calls/s (limit of an organization 100)', ...columns.map(({ accounts }) => quotaCalls(accounts))],
      ...latenciesMs.map(
        (ms): Row => [`a month at ${ms} ms a call`, ...columns.map(({ accounts }) => dollars(costOf(accounts, ms, measured)))],
      ),
    ],
  );
  process.stdout.write(
    [
      `Run: 1, ${number(small)} and ${number(large)} accounts, every hour in full; of ${number(most)} accounts, dispatch, sweeps and digest of the`,
      `hour after the first audits, on ${number(most * supportedRegions.names.length)} places. Computed: the rest of ${number(most)} accounts, from the growth between ${number(small)} and`,
      `${number(large)}. The handlers of dispatch, notify and digest run with the SDK; an audit runs from its facts on, which are prepared. Calls to`,
      'DynamoDB take 5 ms, SQS 10, SNS 30, Organizations 200; processor time is this machine’s, slowed to the memory of the function.',
      '',
    ].join('\n'),
  );
}

if (import.meta.main) {
  const [small, large] = (process.argv[process.argv.indexOf('--accounts') + 1] ?? '').split(',').map(Number);
  await (process.argv.includes('--accounts') ? benchScale(small, large) : benchScale());
}
