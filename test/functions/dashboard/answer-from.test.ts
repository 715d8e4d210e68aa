/** A report answers as the endpoint does: the same items under every filter, the same refusals. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerFrom } from '../../../functions/dashboard/page/answer-from.ts';
import type { QuestionName } from '../../../functions/dashboard/page/questions.ts';
import { reportParameters } from '../../../functions/dashboard/page/report-parameters.ts';
import { worstFirst } from '../../../functions/dashboard/page/worst-first.ts';
import { gatherReport } from '../../../functions/dashboard/report.ts';
import type { Report } from '../../../functions/dashboard/report-data.ts';
import { routes } from '../../../shared/query/routes.ts';
import { finding, planned, result, row, running } from '../../core/results.ts';
import { at, dev, devWest, east, fail, muted, prod, startInventory, type TestInventory, west } from '../../query/inventory.ts';

const free = (have: number) => finding({ check: 'subnet-free-ips', resource: 'subnet-1', have, need: 100, unit: 'addresses' });

let inventory: TestInventory;
let report: Report;
beforeAll(async () => {
  inventory = await startInventory();
  await inventory.audit(west, at(8), result({ findings: [finding(), free(400)] }), { alias: 'ml-prod' });
  await inventory.audit(
    devWest,
    at(8.5),
    result({ findings: [finding({ resource: 'sg-d' })], clusters: [running], rows: [row({ check: 'run-as-enabled' })] }),
  );
  await inventory.audit(east, at(9), result({ findings: [fail({ resource: 'sg-9' })], clusters: [{ ...planned, cluster: 'llm-eval' }] }));
  await inventory.audit(west, at(10), result({ findings: [fail(), free(380)] }), { alias: 'ml-prod' });
  await inventory.audit(
    east,
    at(11),
    result({
      findings: [fail({ resource: 'sg-9', muted }), fail({ resource: 'sg-10', level: 'recommended' })],
      clusters: [{ ...planned, cluster: 'llm-eval' }],
    }),
  );
  inventory.at(at(12));
  const ask = async (path: string, query: string) => inventory.ask(`${path}?${query}`);
  report = await gatherReport(ask, { tool: 'hyperpod-auditor 0.1.0', at: at(12), from: 'Here.' });
}, 60_000);
afterAll(() => inventory.close());

const parametersIn = (address: string) => Object.fromEntries(new URL(address, 'http://localhost').searchParams);
const questionIn = (address: string) => address.slice(1).split('?')[0] as QuestionName;
const fromReport = (address: string) => answerFrom(report, questionIn(address), parametersIn(address)).items;
// A time that is noted once a day is exact where one region is asked for.
const comparable = (items: readonly object[]) =>
  items
    .map((item) => JSON.stringify(item, (name, value) => (['factsAt', 'orLater', 'asOf'].includes(name) ? undefined : value)))
    .toSorted();

test.each(Object.entries(reportParameters))('%s takes the parameters of the endpoint', (name, known) => {
  const question = routes.find((r) => r.name === name);
  expect(Object.keys(known).toSorted()).toEqual(Object.keys(question?.parameters ?? {}).toSorted());
});

describe('the same items', () => {
  test.each([
    '/readiness?',
    '/readiness?state=BLOCKED',
    '/readiness?state=READY&region=us-west-2',
    '/readiness?cluster=llm-eval',
    `/readiness?account=${prod}&region=us-east-1`,
    '/findings?',
    '/findings?open=true&level=required',
    '/findings?open=false',
    '/findings?muted=true',
    '/findings?muted=false&status=fail',
    `/findings?account=${dev}&check=efa-self-traffic`,
    '/findings?resource=sg-9',
    '/changes?',
    `/changes?from=${at(10)}`,
    `/changes?from=2026-11-20T10:00:00Z&to=2026-11-20T10:00:00Z`,
    '/changes?from=2026-11-20T12:00:00%2B02:00',
    `/changes?to=${at(9)}`,
    '/changes?of=readiness',
    '/changes?status=pass',
    '/changes?level=recommended',
    '/changes?muted=true',
    '/changes?cause=account&region=us-west-2',
    '/changes?check=efa-self-traffic&cluster=llm-train',
    '/coverage?',
    '/coverage?level=required',
    '/coverage?check=run-as-enabled',
    '/coverage?check=fsx-ports',
    '/capacity?',
    '/capacity?check=subnet-free-ips&cluster=llm-train',
    '/capacity?region=us-east-1',
  ])('%s', async (address) => {
    expect(comparable(fromReport(address))).toEqual(comparable(await inventory.pages(address)));
  });

  test('under most of them there are some', () => {
    for (const address of [
      '/readiness?state=BLOCKED',
      '/findings?muted=true',
      '/changes?muted=true',
      `/changes?from=${at(10)}`,
      '/capacity?',
    ])
      expect(fromReport(address).length, address).toBeGreaterThan(0);
  });
});

test('findings stand in the same order as in the dashboard', async () => {
  const asked = worstFirst(async (filters) => {
    const given = Object.entries(filters).filter((f): f is [string, string] => f[1] !== undefined);
    return inventory.page(`/findings?${new URLSearchParams(given)}`);
  });
  const live: { readonly id: string; readonly open: boolean }[] = [];
  for (let cursor: string | undefined = '0.'; cursor !== undefined; ) {
    const page: Awaited<ReturnType<typeof asked>> = await asked({ cursor, limit: '1' });
    live.push(...(page.items as typeof live));
    cursor = page.cursor;
  }
  expect(live.map((f) => f.id)).toEqual(report.findings.map((f) => f.id));
  expect(live.map((f) => f.open)).toEqual([true, true, false, false, false]);
});

describe('the same filters are unknown', () => {
  const typos = [
    'cluster=llmtrain',
    'cluster=llm-eval&region=us-west-2',
    'region=us-wst-2',
    `account=${dev}&region=us-east-1`,
    'account=111122223332',
    'account=999999999999&region=us-west-2',
  ];
  const resource = `resource=sg-99&account=${prod}`;
  test.each([
    ...['readiness', 'findings', 'changes', 'coverage', 'capacity'].flatMap((question) => typos.map((typo) => `/${question}?${typo}`)),
    ...['findings', 'changes', 'coverage', 'capacity'].map((question) => `/${question}?${resource}`),
    '/findings?open=true&cluster=llmtrain',
  ])('%s', async (address) => {
    const { items, known, unknown } = await inventory.page(address);
    expect([items, known]).toEqual([[], false]);
    const answered = answerFrom(report, questionIn(address), parametersIn(address));
    expect([answered.known, answered.unknown]).toEqual([false, unknown]);
  });

  test('what is known and finds nothing is an ordinary empty page, in both', async () => {
    for (const address of [
      '/findings?cluster=llm-train&region=us-west-2&muted=true',
      '/coverage?resource=sg-9',
      '/readiness?state=AT_RISK',
    ]) {
      expect((await inventory.page(address)).known, address).toBeUndefined();
      expect(answerFrom(report, questionIn(address), parametersIn(address)), address).toMatchObject({ items: [] });
      expect(answerFrom(report, questionIn(address), parametersIn(address)).known, address).toBeUndefined();
    }
  });

  test('a report of nothing says so', () => {
    const empty = { ...report, readiness: [], findings: [], changes: [], coverage: [], capacity: [] };
    expect(answerFrom(empty, 'findings', {})).toMatchObject({ known: false, unknown: [] });
  });
});

describe('the same refusals', () => {
  test.each([
    '/findings?check=efa-self-trafic',
    '/changes?check=efa-self-trafic',
    '/coverage?check=no-such-check',
    '/capacity?check=subnet-free',
    '/findings?level=requird',
    '/changes?from=garbage',
    '/changes?from=2026-02-30T00:00:00Z',
    `/changes?from=${at(10)}&to=${at(9)}`,
    '/changes?of=everything',
    '/findings?level=grave',
    '/findings?open=ajar&muted=perhaps',
    '/findings?account=12',
    '/findings?colour=red',
    '/readiness?state=FINE',
    '/coverage?at=yesterday',
    '/capacity?to=tomorrow',
    '/capacity?limit=0',
  ])('%s', async (address) => {
    const answered = await inventory.ask(address);
    expect(answered.status).toBe(400);
    expect(() => fromReport(address)).toThrow((answered.body as { readonly detail: string }).detail);
  });

  test('what is not in a report is no empty answer', () => {
    expect(() => fromReport(`/findings?at=${at(9)}`)).toThrow('This report says how it was at 2026-11-20 12:00 UTC alone.');
    expect(() => fromReport(`/capacity?from=${at(9)}`)).toThrow('This report has the days of amounts that it was written with.');
  });

  test('a cursor that is no position', () => {
    for (const cursor of ['x', '-1', '1e3', '1.5', 'WyJGIyJd']) expect(() => fromReport(`/findings?cursor=${cursor}`)).toThrow(/cursor/);
  });

  test('an empty filter is none', () => {
    expect(fromReport('/changes?from=&region=').length).toBe(report.changes.length);
  });
});
