import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '../../shared/query/routes.ts';
import { storeThrough } from '../aws/findings/store-through.ts';
import { finding, planned, result, row, running } from '../core/results.ts';
import { at, dev, devWest, east, fail, muted, prod, save, startInventory, type TestInventory, west } from './inventory.ts';

const free = (have: number) =>
  finding({
    check: 'subnet-free-ips',
    resource: 'subnet-1',
    have,
    need: 100,
    unit: 'addresses',
    message: `subnet-1 has ${have} free addresses; 100 are needed.`,
  });

let inventory: TestInventory;
beforeAll(async () => {
  inventory = await startInventory();
  await inventory.audit(
    west,
    at(8),
    result({ findings: [finding(), free(400), finding({ check: 'vpc-dns', cluster: '', resource: 'vpc-1' })] }),
    {
      alias: 'ml-prod',
    },
  );
  await inventory.audit(east, at(8.5), {
    ...result({ findings: [fail({ resource: 'sg-9' })], clusters: [{ ...planned, cluster: 'llm-eval' }] }),
    events: [{ cluster: 'llm-eval', status: 'Failed', failure: '"EFA health checks did not run"', errors: [] }],
  });
  await inventory.audit(
    devWest,
    at(8.6),
    result({
      findings: [finding({ resource: 'sg-d' })],
      clusters: [running],
      rows: [row({ check: 'run-as-enabled', action: 'ssm:GetDocument' })],
    }),
  );
  // llm-train breaks, its free addresses move, someone mutes a failure in the other region.
  await inventory.audit(
    west,
    at(10),
    result({ findings: [fail(), free(380), finding({ check: 'vpc-dns', cluster: '', resource: 'vpc-1' })] }),
    {
      alias: 'ml-prod',
    },
  );
  await inventory.audit(
    east,
    at(10.5),
    result({
      findings: [fail({ resource: 'sg-9', muted }), fail({ resource: 'sg-10', level: 'recommended' })],
      clusters: [{ ...planned, cluster: 'llm-eval' }],
    }),
  );
  await inventory.audit(
    west,
    at(11),
    result({ findings: [fail(), free(360), finding({ check: 'vpc-dns', cluster: '', resource: 'vpc-1' })] }),
    {
      alias: 'ml-prod',
    },
  );
  inventory.at(at(12));
}, 60_000);
afterAll(() => inventory.close());

const one = `account=${prod}&region=us-west-2`;
const resources = async (address: string) => (await inventory.pages(address)).map((f) => f.resource);

describe('findings', () => {
  test('of a region, the newest first, with the amounts of the last audit', async () => {
    const page = await inventory.page(`/findings?${one}`);
    expect(page.items.map((f: { resource: string }) => f.resource)).toEqual(['sg-1', 'vpc-1', 'subnet-1']);
    expect(page).toMatchObject({ scanned: 3, keys: ['account', 'region'] });
    expect(page.cursor).toBeUndefined();
    expect(page.items[0]).toMatchObject({
      ...west,
      status: 'fail',
      open: true,
      firstSeen: at(8),
      since: at(10),
      lastChanged: at(10),
      asOf: at(11),
    });
    expect(page.items[2]).toMatchObject({ have: 360, message: 'subnet-1 has 360 free addresses; 100 are needed.', since: at(8) });
  });

  test.each([
    { filter: '', keys: [], items: ['sg-10', 'sg-1', 'sg-d', 'sg-9', 'vpc-1', 'subnet-1'] },
    { filter: 'status=fail', keys: ['status'], items: ['sg-10', 'sg-1', 'sg-9'] },
    { filter: 'status=pass', keys: ['status'], items: ['sg-d', 'vpc-1', 'subnet-1'] },
    { filter: 'open=true', keys: ['open'], items: ['sg-10', 'sg-1'] },
    { filter: 'open=true&level=required', keys: ['level', 'open'], items: ['sg-1'] },
    { filter: 'open=false', keys: [], items: ['sg-d', 'sg-9', 'vpc-1', 'subnet-1'] },
    { filter: 'status=pass&open=true', keys: ['status'], items: [] },
    { filter: 'muted=true', keys: [], items: ['sg-9'] },
    { filter: 'level=recommended', keys: [], items: ['sg-10'] },
    { filter: 'check=efa-self-traffic', keys: ['check'], items: ['sg-10', 'sg-1', 'sg-d', 'sg-9'] },
    { filter: 'check=efa-self-traffic&region=us-west-2', keys: ['check'], items: ['sg-1', 'sg-d'] },
    { filter: 'cluster=llm-train', keys: ['cluster'], items: ['sg-10', 'sg-1', 'sg-d', 'sg-9', 'subnet-1'] },
    { filter: `cluster=llm-train&account=${dev}`, keys: ['cluster'], items: ['sg-d'] },
    { filter: `account=${prod}`, keys: ['account'], items: ['sg-10', 'sg-1', 'sg-9', 'vpc-1', 'subnet-1'] },
    { filter: 'region=us-west-2', keys: ['region'], items: ['sg-1', 'sg-d', 'vpc-1', 'subnet-1'] },
    { filter: 'resource=sg-1', keys: [], items: ['sg-1'] },
    { filter: `${one}&check=vpc-dns`, keys: ['account', 'region'], items: ['vpc-1'] },
    { filter: 'account=999999999999', keys: ['account'], items: [] },
    { filter: 'account=999999999999&region=us-west-2', keys: ['account', 'region'], items: [] },
  ])('asked with "$filter": in one page and one by one', async ({ filter, keys, items }) => {
    const page = await inventory.page(`/findings?${filter}`);
    expect(page.keys).toEqual(keys);
    // Of one time, any order that is always the same will do.
    expect(page.items.map((f: { resource: string }) => f.resource)).toEqual(items);
    expect(await resources(`/findings?${filter}&limit=1`)).toEqual(items);
    expect(await resources(`/findings?${filter}&limit=2`)).toEqual(items);
  });

  test('as they were', async () => {
    const then = await inventory.page(`/findings?${one}&at=${at(9)}`);
    expect(then.items.map((f: { resource: string; status: string }) => [f.resource, f.status])).toEqual([
      ['vpc-1', 'pass'],
      ['subnet-1', 'pass'],
      ['sg-1', 'pass'],
    ]);
    expect(await resources(`/findings?${one}&at=${at(9)}&limit=2`)).toEqual(['vpc-1', 'subnet-1', 'sg-1']);
    const before = await inventory.ask(`/findings?${one}&at=2026-11-01T00:00:00%2B01:00`);
    expect(before).toMatchObject({
      status: 404,
      body: {
        type: 'urn:hyperpod-auditor:problem:not-kept',
        notKeptBefore: at(8),
        detail: `2026-10-31T23:00:00.000Z is not stored: nothing is stored before ${at(8)}.`,
      },
    });
    // Where one region is kept and another is not, the page says so.
    const part = await inventory.page(`/findings?account=${prod}&at=${at(8.2)}`);
    expect(part).toMatchObject({ notKept: [{ ...east, notKeptBefore: at(8.5) }], keys: ['account'] });
    expect(part.items).toHaveLength(3);
  });

  test('of one finding: what became of it', async () => {
    const id = encodeURIComponent(finding().id);
    const page = await inventory.page(`/findings/${id}/history?${one}`);
    expect(page.items).toMatchObject([
      { commit: 2, kind: 'regressed', cause: 'account', factsAt: at(10), before: { status: 'pass' }, after: { status: 'fail' } },
      { commit: 1, kind: 'appeared', cause: 'baseline' },
    ]);
    expect(await inventory.pages(`/findings/${id}/history?${one}&limit=1`)).toEqual(page.items);
    // A proxy in between may have decoded the path.
    expect(await inventory.page(`/findings/${finding().id}/history?${one}`)).toEqual(page);
    expect((await inventory.page(`/findings/none/history?${one}`)).items).toEqual([]);
  });
});

describe('readiness', () => {
  const clusters = async (address: string) =>
    (await inventory.pages(address)).flatMap((r) =>
      r.clusters.map((c: { cluster: string; state: string }) => `${r.account} ${r.region} ${c.cluster} ${c.state}`),
    );

  test('of everything, by account and region, with what makes it so', async () => {
    const page = await inventory.page('/readiness');
    expect(page).toMatchObject({ scanned: 3, keys: [] });
    expect(page.items).toMatchObject([
      { ...east, orLater: true, factsAt: at(10.5), clusters: [{ cluster: 'llm-eval', state: 'READY', reasons: 0 }] },
      {
        ...west,
        alias: 'ml-prod',
        regionState: 'audited',
        coverage: { evaluated: 3, unevaluated: 0, required: 0 },
        clusters: [
          {
            cluster: 'llm-train',
            planned: true,
            running: false,
            state: 'BLOCKED',
            since: at(10),
            because: [{ id: finding().id, text: 'efa-self-traffic fails: sg-1' }],
            reasons: 1,
          },
        ],
      },
      {
        ...devWest,
        clusters: [
          {
            cluster: 'llm-train',
            state: 'UNKNOWN',
            because: [{ text: 'run-as-enabled not evaluated: access denied (ssm:GetDocument)' }],
          },
        ],
      },
    ]);
  });

  test.each([
    { filter: `account=${prod}`, seen: [`${prod} us-east-1 llm-eval READY`, `${prod} us-west-2 llm-train BLOCKED`] },
    { filter: 'region=us-west-2', seen: [`${prod} us-west-2 llm-train BLOCKED`, `${dev} us-west-2 llm-train UNKNOWN`] },
    { filter: 'cluster=llm-train&state=UNKNOWN', seen: [`${dev} us-west-2 llm-train UNKNOWN`] },
    { filter: one, seen: [`${prod} us-west-2 llm-train BLOCKED`] },
    { filter: `account=${dev}&region=us-east-1`, seen: [] },
    { filter: `account=${prod}&at=${at(9)}`, seen: [`${prod} us-east-1 llm-eval READY`, `${prod} us-west-2 llm-train READY`] },
  ])('asked with "$filter"', async ({ filter, seen }) => {
    expect(await clusters(`/readiness?${filter}`)).toEqual(seen);
    expect(await clusters(`/readiness?${filter}&limit=1`)).toEqual(seen);
    expect((await inventory.page(`/readiness?${filter}&limit=1`)).items.length).toBeLessThanOrEqual(1);
  });

  test('of one region knows the very last audit', async () => {
    expect((await inventory.page(`/readiness?${one}`)).items).toMatchObject([{ factsAt: at(11) }]);
    expect((await inventory.page(`/readiness?account=${prod}`)).items[1]).toMatchObject({ factsAt: at(10), orLater: true });
    expect((await inventory.page(`/readiness?${one}`)).items[0].orLater).toBeUndefined();
  });

  test('is never READY without an audit for a day, then as now', async () => {
    inventory.at(at(11 + 27));
    for (const filter of [`account=${prod}`, `account=${prod}&region=us-east-1`])
      expect((await inventory.page(`/readiness?${filter}`)).items[0]).toMatchObject({
        ...east,
        late: true,
        clusters: [
          { state: 'UNKNOWN', last: 'READY', because: [{ id: 'audit', text: `no audit is known to have completed since ${at(10.5)}` }] },
        ],
      });
    expect(await clusters('/readiness?state=READY')).toEqual([]);
    inventory.at(at(60));
    const later = (await inventory.page(`/readiness?account=${prod}&region=us-east-1&at=${at(60)}`)).items[0];
    inventory.at(at(12));
    expect(later).toMatchObject({ late: true, factsAt: at(10.5), clusters: [{ state: 'UNKNOWN', last: 'READY' }] });
  });

  test('is not late before its schedule was silent for longer than it says', async () => {
    const rare = await startInventory();
    const other = { account: prod, region: 'us-west-2' };
    const weekdays = 3 * 24;
    await rare.audit(other, at(0), result({ findings: [finding()] }), { gapMinutes: weekdays * 60 });
    const alone = `account=${other.account}&region=${other.region}`;
    for (const [filter, hours, state] of [
      [alone, weekdays + 1, 'READY'],
      [alone, weekdays + 3, 'UNKNOWN'],
      // Of all regions it is known by the day: the last audit of that day may have been almost a day later.
      [`account=${other.account}`, weekdays + 25, 'READY'],
      [`account=${other.account}`, weekdays + 27, 'UNKNOWN'],
    ] as const) {
      rare.at(at(hours));
      expect((await rare.page(`/readiness?${filter}`)).items[0].clusters[0].state, `${filter} after ${hours} hours`).toBe(state);
    }
    await rare.close();
  });
});

describe('changes', () => {
  const expected = (items: readonly { of: string; kind: string; id: string; commit: number; account: string; region: string }[]) =>
    items.map((c) => `${c.account === prod ? 'prod' : 'dev'} ${c.region} ${c.commit} ${c.of} ${c.kind} ${c.id}`);

  test('between two times over all regions, the newest first', async () => {
    const page = await inventory.page(`/changes?from=${at(9)}&to=${at(11)}`);
    expect(expected(page.items)).toEqual([
      `prod us-east-1 2 finding appeared ${fail({ resource: 'sg-10' }).id}`,
      `prod us-east-1 2 finding muted ${fail({ resource: 'sg-9' }).id}`,
      `prod us-west-2 2 finding regressed ${finding().id}`,
      'prod us-west-2 2 readiness regressed llm-train',
    ]);
    expect(page).toMatchObject({ scanned: 4, keys: ['from', 'to'] });
    expect(page.items[2]).toMatchObject({
      alias: 'ml-prod',
      cause: 'account',
      factsAt: at(10),
      check: 'efa-self-traffic',
      cluster: 'llm-train',
      resource: 'sg-1',
      before: { status: 'pass' },
      after: { status: 'fail' },
      message: 'sg-1 was read.',
    });
    expect(page.items[3]).toMatchObject({
      cluster: 'llm-train',
      before: { state: 'READY' },
      after: { state: 'BLOCKED', since: at(10) },
      because: [finding().id],
    });
  });

  test.each([
    { filter: '', n: 13 },
    { filter: one, n: 6 },
    { filter: `account=${prod}`, n: 10 },
    { filter: 'region=us-west-2', n: 9 },
    { filter: 'cluster=llm-train', n: 11 },
    { filter: 'check=vpc-dns', n: 1 },
    { filter: 'resource=sg-9', n: 2 },
    { filter: 'status=fail', n: 4 },
    { filter: 'muted=true', n: 1 },
    { filter: 'level=recommended', n: 1 },
    { filter: 'of=readiness', n: 4 },
    { filter: 'of=coverage', n: 1 },
    { filter: 'cause=account', n: 4 },
    { filter: `from=${at(8.6)}&to=${at(8.6)}`, n: 3 },
    { filter: `from=2026-10-01T00:00:00Z&to=${at(8)}`, n: 4 },
    { filter: 'from=2025-01-01T00:00:00Z&to=2025-12-31T00:00:00Z', n: 0 },
  ])('asked with "$filter": $n, one by one too', async ({ filter, n }) => {
    const all = (await inventory.page(`/changes?${filter}`)).items;
    expect(all).toHaveLength(n);
    expect(await inventory.pages(`/changes?${filter}&limit=1`)).toEqual(all);
    expect(await inventory.pages(`/changes?${filter}&limit=3`)).toEqual(all);
  });

  test('of what is not evaluated say the action that is missing', async () => {
    expect((await inventory.page('/changes?of=coverage')).items).toMatchObject([
      {
        ...devWest,
        kind: 'unseen',
        cause: 'baseline',
        check: 'run-as-enabled',
        level: 'required',
        reason: 'access denied',
        action: 'ssm:GetDocument',
        since: at(8.6),
      },
    ]);
  });
});

describe('the others', () => {
  test('the net difference between two moments', async () => {
    const page = await inventory.page(`/diff?from=${at(9)}&account=${prod}`);
    expect(page.items).toMatchObject([
      { of: 'finding', kind: 'appeared', ...east, after: { level: 'recommended' } },
      { of: 'finding', kind: 'muted', ...east },
      { of: 'readiness', kind: 'regressed', ...west, cluster: 'llm-train', before: { state: 'READY' }, after: { state: 'BLOCKED' } },
      { of: 'finding', kind: 'regressed', ...west, before: { status: 'pass' }, after: { status: 'fail' } },
    ]);
    expect(await inventory.pages(`/diff?from=${at(9)}&account=${prod}&limit=1`)).toEqual(page.items);
    expect((await inventory.page(`/diff?from=${at(10.6)}&to=${at(11)}&account=${prod}`)).items).toEqual([]);
    expect(await inventory.ask(`/diff?from=${at(9)}&to=${at(8)}`)).toMatchObject({ status: 400, body: { errors: [{ parameter: 'to' }] } });
    expect(await inventory.ask(`/diff?from=${at(1)}&account=${prod}`)).toMatchObject({ status: 404, body: { notKeptBefore: at(8) } });
    expect((await inventory.page(`/diff?from=${at(9)}&level=recommended`)).items).toHaveLength(1);
  });

  test('audits, over several regions the newest first', async () => {
    const page = await inventory.page('/audits');
    expect(page.items.map((a: { region: string; factsAt: string }) => [a.region, a.factsAt])).toEqual([
      ['us-west-2', at(11)],
      ['us-east-1', at(10.5)],
      ['us-west-2', at(10)],
      ['us-west-2', at(8.6)],
      ['us-east-1', at(8.5)],
      ['us-west-2', at(8)],
    ]);
    expect(page.items[0]).toEqual({
      ...west,
      auditId: `audit-${at(11)}`,
      factsAt: at(11),
      at: at(11 + 30 / 3600),
      regionState: 'audited',
      coverage: { evaluated: 3, unevaluated: 0, required: 0 },
      readiness: { 'llm-train': 'BLOCKED' },
    });
    expect(await inventory.pages('/audits?limit=1')).toEqual(page.items);
    expect((await inventory.page(`/audits?from=${at(8.5)}&to=${at(10)}&account=${prod}`)).items).toHaveLength(2);
  });

  test('what was not evaluated, with what would fix it', async () => {
    const rows = [
      {
        ...devWest,
        id: 'run-as-enabled/llm-train/-/-',
        check: 'run-as-enabled',
        cluster: 'llm-train',
        level: 'required',
        reason: 'access denied',
        action: 'ssm:GetDocument',
        statement: { Effect: 'Allow', Action: 'ssm:GetDocument', Resource: '*' },
        since: at(8.6),
      },
    ];
    for (const filter of [
      '',
      'level=required',
      `account=${dev}&region=us-west-2`,
      `account=${dev}`,
      'check=run-as-enabled',
      'cluster=llm-train',
      `account=${dev}&at=${at(9)}`,
    ])
      expect((await inventory.page(`/coverage?${filter}`)).items).toEqual(rows);
    for (const filter of ['level=recommended', `account=${prod}`, 'check=vpc-dns', 'resource=x'])
      expect((await inventory.page(`/coverage?${filter}`)).items).toEqual([]);
  });

  test('amounts against what is needed, by day', async () => {
    const page = await inventory.page('/capacity');
    expect(page.items).toMatchObject([
      {
        ...west,
        check: 'subnet-free-ips',
        resource: 'subnet-1',
        have: 360,
        need: 100,
        headroom: 260,
        unit: 'addresses',
        asOf: at(11),
        days: [{ date: '2026-11-20', min: 360, max: 400, last: 360, need: 100 }],
      },
    ]);
    expect(await inventory.pages('/capacity?limit=1')).toEqual(page.items);
    expect((await inventory.page('/capacity?check=subnet-free-ips')).items).toHaveLength(1);
    // The id of no check, though one begins with it.
    expect((await inventory.ask('/capacity?check=subnet-free')).status).toBe(400);
    expect((await inventory.page('/capacity?check=vpc-dns')).items).toEqual([]);
    expect((await inventory.page('/capacity?to=2026-11-19T00:00:00Z')).items).toMatchObject([{ days: [] }]);
  });
});

describe('a question that cannot be answered', () => {
  test.each([
    { address: '/findings?acount=1', status: 400, says: 'acount takes nothing: this query has the parameters account, region' },
    { address: '/findings?account=1', status: 400, says: 'account takes the id of an account, 12 digits, not "1".' },
    {
      address: '/findings?level=high&open=yes',
      status: 400,
      says: 'level takes one of required, recommended, advice, not "high". open takes true or false, not "yes".',
    },
    { address: '/findings?limit=201', status: 400, says: 'limit takes a whole number from 1 to 200, not "201".' },
    { address: '/findings?limit=', status: 400, says: 'limit takes a whole number from 1 to 200, not "".' },
    { address: '/findings?at=2026-02-30T00:00:00Z', status: 400, says: 'at takes a time in RFC 3339' },
    { address: '/findings?status=fail&status=fail', status: 400, says: 'status takes one value; it was given twice' },
    { address: '/findings/x/history', status: 400, says: 'account is missing: it takes the id of an account, 12 digits.' },
    {
      address: '/findings/%E0%A4%A/history?account=111122223333&region=us-west-2',
      status: 400,
      says: 'id takes text that is percent-encoded',
    },
    { address: '/findings/x/history?id=y', status: 400, says: 'id takes one value; it was given twice' },
    { address: '/findings?cursor=abc', status: 400, says: 'The cursor belongs to another query, or was changed.' },
    { address: '/diff', status: 400, says: 'from is missing' },
    { address: '/', status: 404, says: 'There is nothing at /. There is: /readiness, /findings,' },
    { address: '/findings/', status: 404, says: 'There is nothing at' },
    { address: '/findings//history', status: 404, says: 'There is nothing at' },
  ])('$address', async ({ address, status, says }) => {
    const answered = await inventory.ask(address);
    expect(answered).toMatchObject({ status, body: { status, type: expect.stringMatching(/^urn:hyperpod-auditor:problem:/) } });
    expect((answered.body as { detail: string }).detail).toContain(says);
  });

  test.each(['/findings?at', '/coverage?at', '/readiness?at', '/diff?from', `/diff?from=${at(9)}&to`])(
    'the future is unknown: %s of a time to come',
    async (address) => {
      const name = address.slice(address.search(/\w+$/));
      const answered = await inventory.ask(`${address}=2030-01-01T00:00:00Z`);
      expect(answered).toMatchObject({
        status: 400,
        body: { type: 'urn:hyperpod-auditor:problem:parameters', errors: [{ parameter: name, given: '2030-01-01T00:00:00.000Z' }] },
      });
      expect((answered.body as { detail: string }).detail).toBe(
        `${name} takes a time up to now (${at(12)}), not "2030-01-01T00:00:00.000Z".`,
      );
      expect(await inventory.ask(`${address}=${at(12)}`)).toMatchObject({ status: 200 });
    },
  );

  test('a cursor belongs to its question, whole', async () => {
    const { cursor } = await inventory.page('/findings?status=fail&limit=1');
    for (const address of [
      `/findings?limit=1&cursor=${cursor}`,
      `/findings?status=pass&cursor=${cursor}`,
      `/coverage?cursor=${cursor}`,
      `/findings?status=fail&cursor=${cursor.slice(0, -3)}`,
      `/findings?status=fail&cursor=${cursor}A`,
    ])
      expect(await inventory.ask(address)).toMatchObject({ status: 400 });
    const moved = Buffer.from(Buffer.from(cursor, 'base64url').toString().replace('2026', '2027')).toString('base64url');
    expect(await inventory.ask(`/findings?status=fail&cursor=${moved}`)).toMatchObject({ status: 400 });
    // How many a page holds may change on the way.
    expect((await inventory.page(`/findings?status=fail&limit=7&cursor=${cursor}`)).items).toHaveLength(2);
  });
});

test('every answer is as its schema says', async () => {
  const id = encodeURIComponent(finding().id);
  for (const { path, result: schema, parameters } of routes) {
    const query = [...(parameters.from?.required ? [`from=${at(9)}`] : []), ...(path.includes('{') ? [one] : [])].join('&');
    const page = await inventory.page(`${path.replace('{id}', id)}?${query}`);
    expect(page.items.length).toBeGreaterThan(0);
    expect(schema().safeParse(page)).toMatchObject({ success: true });
  }
});

describe('what a commit left undone', () => {
  test('is in the answers about its region all the same', async () => {
    const place = { account: '777788889999', region: 'eu-north-1' };
    const query = `account=${place.account}&region=${place.region}`;
    await inventory.audit(
      place,
      at(8),
      result({ findings: [finding(), finding({ resource: 'sg-2' })], rows: [row({ check: 'vpc-dns' })] }),
    );
    // It dies after the commit, before any record.
    let dead = false;
    const dying = storeThrough(inventory.store, async (send, call) => {
      if (dead) throw new Error('The process died.');
      const sent = await send();
      dead = call.operation === 'put' && call.sk.startsWith('LOG#');
      return sent;
    });
    await expect(
      save(
        inventory.portsOn(dying).table,
        place,
        at(9),
        result({ findings: [fail(), finding({ resource: 'sg-3' })], rows: [row({ check: 'run-as-enabled' })] }),
      ),
    ).rejects.toThrow('died');
    inventory.at(at(12));
    const seen = async () => ({
      findings: (await inventory.pages(`/findings?${query}&limit=1`)).map((f) => [f.resource, f.status]),
      coverage: (await inventory.pages(`/coverage?${query}&limit=1`)).map((r) => r.check),
      readiness: (await inventory.page(`/readiness?${query}`)).items[0].clusters.map((c: { state: string }) => c.state),
    });
    const expected = {
      findings: [
        ['sg-3', 'pass'],
        ['sg-1', 'fail'],
      ],
      coverage: ['run-as-enabled'],
      readiness: ['BLOCKED'],
    };
    expect(await seen()).toEqual(expected);
    // The inventory has it with the next audit, which finds nothing new itself.
    expect((await inventory.page(`/readiness?account=${place.account}`)).items[0].clusters[0].state).toBe('UNKNOWN');
    await inventory.audit(
      place,
      at(10),
      result({ findings: [fail(), finding({ resource: 'sg-3' })], rows: [row({ check: 'run-as-enabled' })] }),
    );
    expect((await inventory.page(`/readiness?account=${place.account}`)).items[0].clusters[0].state).toBe('BLOCKED');
    expect(await seen()).toEqual(expected);
  });
});
