/**
 * Filters that cannot find anything: a check that does not exist is refused, a name that does not occur is said to be
 * unknown, and what is known but finds nothing stays an ordinary empty page. What it costs to know.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inventoryItem } from '../../shared/aws/findings/inventory.ts';
import type { ItemPage } from '../../shared/aws/findings/item-store.ts';
import { routes } from '../../shared/query/routes.ts';
import { answer } from '../../shared/query/run-query.ts';
import { storeThrough } from '../aws/findings/store-through.ts';
import { finding, planned, result, row, running } from '../core/results.ts';
import { at, dev, devWest, east, fail, prod, startInventory, type TestInventory, west } from './inventory.ts';

const free = (resource: string, have: number) => finding({ check: 'subnet-free-ips', resource, have, need: 100, unit: 'addresses' });
const evaluation = { ...planned, cluster: 'llm-eval' };

let inventory: TestInventory;
beforeAll(async () => {
  inventory = await startInventory();
  // What another version stored: a check that this one does not have.
  const retired = finding({ check: 'retired-check', cluster: '', resource: 'vpc-1' });
  await inventory.audit(west, at(8), result({ findings: [finding(), free('subnet-1', 400), retired] }));
  const gone = finding({ check: 'forgotten-check', cluster: '', resource: 'vpc-9' });
  await inventory.audit(
    east,
    at(8.5),
    result({ findings: [fail({ resource: 'sg-9', cluster: 'llm-eval' }), gone], clusters: [evaluation] }),
  );
  await inventory.audit(
    devWest,
    at(8.6),
    result({ findings: [finding({ resource: 'sg-d' })], clusters: [running], rows: [row({ check: 'run-as-enabled', resource: 'doc-1' })] }),
  );
  // One cluster comes, another goes, and a check with it.
  await inventory.audit(
    west,
    at(10),
    result({ findings: [finding(), free('subnet-1', 390), retired], clusters: [planned, { ...planned, cluster: 'llm-tune' }] }),
  );
  await inventory.audit(east, at(10.5), result({ findings: [], clusters: [] }));
  inventory.at(at(12));
}, 60_000);
afterAll(() => inventory.close());

const one = `account=${prod}&region=us-west-2`;
const historyOf = (id: string, query = one) => `/findings/${encodeURIComponent(id)}/history?${query}`;
/** Each question as it is asked without filters, with the filters that it takes. */
const questions = routes
  .filter(({ name }) => name !== 'history')
  .map(({ path, parameters }) => ({
    address: `${path}?${parameters.from?.required ? `from=${at(9)}&` : ''}`,
    takes: Object.keys(parameters),
  }));
const taking = (filter: string) => questions.filter(({ takes }) => takes.includes(filter)).map(({ address }) => address);

interface Body {
  readonly status: number;
  readonly items?: readonly unknown[];
  readonly known?: false;
  readonly detail?: string;
  readonly unknown?: unknown;
}
const body = async (address: string): Promise<Body> => {
  const answered = await inventory.ask(address);
  return { ...(answered.body as object), status: answered.status };
};

describe('a check that does not exist is refused', () => {
  test('by every question that takes one', () => {
    expect(taking('check')).toEqual(['/findings?', '/changes?', `/diff?from=${at(9)}&`, '/coverage?', '/capacity?']);
  });

  test.each([...taking('check'), `/findings?at=${at(9)}&`, `/coverage?at=${at(9)}&${one}&`])('%s', async (address) => {
    expect(await body(`${address}check=efa-self-trafic`)).toMatchObject({
      status: 400,
      type: 'urn:hyperpod-auditor:problem:parameters',
      detail: 'check takes the id of a check, not "efa-self-trafic"; did you mean efa-self-traffic?',
      errors: [{ parameter: 'check', given: 'efa-self-trafic', suggestion: 'efa-self-traffic' }],
    });
    expect(await body(`${address}check=nothing-like-it`)).toMatchObject({
      status: 400,
      detail: 'check takes the id of a check (`npx --no-install hyperpod-auditor checks` lists them), not "nothing-like-it".',
    });
  });

  test('one that only another version has is none as long as something of it is stored', async () => {
    expect((await inventory.page('/findings?check=retired-check')).items).toHaveLength(1);
    expect(await body('/findings?check=retired-check&status=fail')).toEqual({ status: 200, items: [], scanned: 2, keys: ['check'] });
    expect(await body('/coverage?check=retired-check')).toMatchObject({ status: 200, items: [] });
  });

  test('and one of which nothing is stored any more, where the past is asked about and has it', async () => {
    expect(await body('/findings?check=forgotten-check')).toMatchObject({ status: 400 });
    expect((await inventory.page('/changes?check=forgotten-check')).items).toHaveLength(2);
    expect((await inventory.page(`/findings?check=forgotten-check&at=${at(9)}`)).items).toHaveLength(1);
    expect(await body(`/findings?check=forgotten-check&at=${at(9)}&status=fail`)).toMatchObject({ status: 200, items: [] });
    expect(await body(`/findings?check=forgetten-chack&at=${at(9)}`)).toMatchObject({ status: 400 });
    expect((await inventory.page(`/diff?check=forgotten-check&from=${at(9)}`)).items).toHaveLength(1);
    // Page by page: the last is empty, and does not take back what stood on those before.
    const paged = await inventory.pages('/changes?check=forgotten-check&limit=1');
    expect(paged).toHaveLength(2);
  });

  test('a check that applies to nothing is an ordinary empty page', async () => {
    expect((await body('/findings?check=fsx-ports')).known).toBeUndefined();
  });
});

describe('a name that does not occur is unknown', () => {
  const unknown = (parameter: string, given: string, known: readonly string[], suggestion?: string) => ({
    status: 200,
    items: [],
    known: false,
    unknown: [{ parameter, given, ...(suggestion !== undefined && { suggestion }), known }],
  });
  const all = 'No audit of the last 35 days is stored for';

  test.each(taking('account'))('%s: an account, a region, and both', async (address) => {
    expect(await body(`${address}account=111122223332`)).toMatchObject({
      ...unknown('account', '111122223332', [prod, dev], prod),
      detail: `${all} account 111122223332; did you mean ${prod}? Known accounts: ${prod}, ${dev}.`,
    });
    expect(await body(`${address}region=us-wst-2`)).toMatchObject({
      ...unknown('region', 'us-wst-2', ['us-west-2', 'us-east-1'], 'us-west-2'),
      detail: `${all} region us-wst-2; did you mean us-west-2? Known regions: us-west-2, us-east-1.`,
    });
    expect(await body(`${address}account=${dev}&region=us-east-1`)).toMatchObject({
      ...unknown('region', 'us-east-1', ['us-west-2']),
      detail: `${all} region us-east-1 in account ${dev}. Known regions there: us-west-2.`,
    });
    expect(await body(`${address}account=999999999999&region=us-west-2`)).toMatchObject(unknown('account', '999999999999', [prod, dev]));
  });

  test.each(taking('cluster'))('%s: a cluster, anywhere and where it is searched', async (address) => {
    expect(await body(`${address}cluster=llmtrain`)).toMatchObject(
      address.startsWith('/diff') ? { known: false } : unknown('cluster', 'llmtrain', ['llm-train', 'llm-tune'], 'llm-train'),
    );
    expect(await body(`${address}cluster=llm-trane&${one}`)).toMatchObject({
      ...unknown('cluster', 'llm-trane', ['llm-train', 'llm-tune'], 'llm-train'),
      detail: `No finding is stored for cluster llm-trane in us-west-2 of account ${prod}; did you mean llm-train? Known clusters there: llm-train, llm-tune.`,
    });
    // In two regions of two accounts, and not in this one.
    const elsewhere = await body(`${address}cluster=llm-train&region=us-east-1`);
    expect(elsewhere).toMatchObject({ known: false, unknown: [{ parameter: 'cluster', given: 'llm-train' }] });
    expect(elsewhere.detail).toMatch(
      /^No finding is stored for cluster llm-train in us-east-1\. It is stored in us-west-2 of account \d{12}\. /,
    );
  });

  test.each(taking('resource'))('%s: a resource', async (address) => {
    const known = ['sg-1', 'sg-d', 'doc-1', 'vpc-1', 'subnet-1'];
    const answered = await body(`${address}resource=sg-1x`);
    expect(answered).toMatchObject({ status: 200, items: [], known: false, unknown: [{ parameter: 'resource', suggestion: 'sg-1' }] });
    const [{ known: listed }] = answered.unknown as readonly [{ readonly known: readonly string[] }];
    expect(listed.toSorted()).toEqual(address.startsWith('/diff') ? [...known, 'sg-9', 'vpc-9'].toSorted() : known.toSorted());
    expect((await body(`${address}resource=sg-1x&${one}&check=efa-self-traffic`)).detail).toBe(
      `No finding is stored for resource sg-1x of efa-self-traffic in us-west-2 of account ${prod}; did you mean sg-1? Known resources there: sg-1.`,
    );
  });

  test('a finding, its region and its account', async () => {
    expect(await body(historyOf('efa-self-traffic/llm-train/-/sg-2'))).toMatchObject(
      unknown('id', 'efa-self-traffic/llm-train/-/sg-2', [finding().id], finding().id),
    );
    expect((await body(historyOf('none'))).known).toBe(false);
    expect(await body(historyOf(finding().id, `account=${prod}&region=us-west-1`))).toMatchObject(
      unknown('region', 'us-west-1', ['us-west-2', 'us-east-1'], 'us-west-2'),
    );
    expect(await body(historyOf(finding().id, 'account=999999999999&region=us-west-2'))).toMatchObject({ known: false });
    // Its history is over, but it is a finding.
    expect((await body(historyOf(finding().id))).items).toHaveLength(1);
  });

  test('at a moment: what occurred then', async () => {
    for (const path of ['/findings', '/coverage', '/readiness']) {
      // It came later.
      expect(await body(`${path}?cluster=llm-tune&at=${at(9)}`), path).toMatchObject({
        ...unknown('cluster', 'llm-tune', ['llm-eval', 'llm-train']),
        detail: `No finding is stored for cluster llm-tune at ${at(9)}. Known clusters there: llm-eval, llm-train.`,
      });
      // It is gone by now.
      expect((await body(`${path}?cluster=llm-eval&at=${at(9)}&region=us-east-1`)).known, path).toBeUndefined();
      expect(await body(`${path}?cluster=llm-eval`), path).toMatchObject({ known: false });
      expect(await body(`${path}?account=999999999999&at=${at(9)}`), path).toMatchObject(unknown('account', '999999999999', [prod, dev]));
    }
    expect(await body(`/findings?resource=sg-9&at=${at(9)}&status=pass`)).toMatchObject({ items: [], status: 200 });
    expect((await body(`/findings?resource=sg-9&at=${at(9)}&status=pass`)).known).toBeUndefined();
    expect(await body('/findings?resource=sg-9&status=pass')).toMatchObject({ known: false });
    expect((await body(`/diff?from=${at(9)}&to=${at(9.5)}&cluster=llm-eval`)).known).toBeUndefined();
    expect(await body(`/diff?from=${at(11)}&to=${at(11.5)}&cluster=llm-eval`)).toMatchObject({ known: false });
    expect((await body(`/changes?from=${at(8.7)}&to=${at(9)}&cluster=llm-eval`)).known).toBeUndefined();
    // Where no moment is kept of a place that is known, that is what is wrong.
    expect(await body(`/findings?${one}&at=${at(1)}`)).toMatchObject({ status: 404 });
  });

  test('nothing is said of what is known and finds nothing', async () => {
    for (const address of [
      '/readiness?state=UNKNOWN&region=us-east-1',
      '/findings?muted=true',
      '/findings?cluster=llm-train&status=fail',
      `/findings?cluster=llm-tune&${one}`,
      `/findings?cluster=llm-tune&account=${prod}`,
      '/findings?resource=subnet-1&status=fail',
      `/findings?resource=doc-1&account=${dev}`,
      '/coverage?resource=sg-1',
      '/coverage?cluster=llm-tune',
      `/changes?${one}&from=${at(11)}`,
      `/diff?from=${at(11)}`,
      `/audits?from=${at(11)}&account=${prod}`,
      '/capacity?cluster=llm-tune',
    ]) {
      const answered = await body(address);
      expect(answered, address).toMatchObject({ status: 200, items: [] });
      expect(answered.known, address).toBeUndefined();
    }
  });

  test('where nothing is stored at all that is said, for every question', async () => {
    const empty = await startInventory();
    for (const { address } of questions) {
      const answered = await empty.ask(address);
      expect(answered, address).toMatchObject({ status: 200, body: { known: false, unknown: [] } });
      expect((answered.body as { detail: string }).detail).toBe('No audit of the last 35 days is stored.');
    }
    await empty.close();
  });

  test('of many that are known the nearest come first, ten of them', async () => {
    const many = await startInventory();
    const clusters = Array.from({ length: 40 }, (_, n) => ({ ...planned, cluster: `train-${n}` }));
    await many.audit(west, at(8), result({ clusters }));
    const { body } = await many.ask('/findings?cluster=train-077');
    await many.close();
    expect(body).toMatchObject({ unknown: [{ suggestion: 'train-0', more: 30 }] });
    expect((body as { detail: string }).detail).toMatch(
      /^No finding is stored for cluster train-077; did you mean train-\d+\? Known clusters: (train-\d+, ){9}train-\d+ and 30 more\.$/,
    );
  });
});

describe('values that are no value', () => {
  test.each([
    ['/findings?account=1', 'account takes the id of an account, 12 digits, not "1".'],
    ['/findings?region=Oregon', 'region takes the name of a region, such as us-west-2, not "Oregon".'],
    ['/findings?status=failed', 'status takes one of pass, fail, not "failed"; did you mean fail?'],
    ['/findings?status=ok', 'status takes one of pass, fail, not "ok".'],
    ['/coverage?level=requried', 'level takes one of required, recommended, advice, not "requried"; did you mean required?'],
    ['/readiness?state=READ', 'state takes one of BLOCKED, UNKNOWN, AT_RISK, READY, not "READ"; did you mean READY?'],
    ['/changes?of=findings', 'of takes one of finding, coverage, readiness, not "findings"; did you mean finding?'],
    ['/changes?cause=acount', 'cause takes one of account, plan, auditor, visibility, baseline, not "acount"; did you mean account?'],
  ])('%s', async (address, detail) => {
    expect(await body(address)).toMatchObject({ status: 400, detail });
  });
});

describe('what it costs', () => {
  /** Calls and items that an answer reads. */
  async function costOf(of: TestInventory, address: string) {
    let [calls, items] = [0, 0];
    const counting = storeThrough(of.store, async (send, { operation, keys }) => {
      const answered = await send();
      // A batch read is a call for each of its items.
      calls += operation === 'getAll' ? keys.length : 1;
      if (operation === 'query') items += (answered as ItemPage<unknown>).scanned;
      else items += [answered].flat().filter((item) => item !== undefined).length;
      return answered;
    });
    const [path = '', query = ''] = address.split('?');
    const answered = await answer({ method: 'GET', path, query }, of.portsOn(counting));
    return {
      calls,
      items,
      body: answered.body as { readonly items: readonly unknown[]; readonly known?: false; readonly detail?: string },
    };
  }

  let wide: TestInventory;
  beforeAll(async () => {
    wide = await startInventory();
    for (let n = 0; n < 30; n++)
      for (const region of ['us-east-1', 'us-west-2'])
        await wide.audit(
          { account: String(111122220000 + n), region },
          at(8),
          result({ findings: [finding(), finding({ resource: 'sg-2' })], clusters: [planned, { ...planned, cluster: `train-${n}` }] }),
        );
    wide.at(at(9));
  }, 120_000);
  afterAll(() => wide.close());

  test('a page with something on it costs little more than it shows, over all partitions of its key', async () => {
    for (const [address, partitions] of [
      ['/findings?cluster=llm-train', 9],
      ['/findings?check=efa-self-traffic', 5],
      ['/findings?status=pass', 17],
    ] as const) {
      const { calls, items, body } = await costOf(wide, address);
      expect(body.items.length, address).toBe(50);
      expect(calls, address).toBeLessThanOrEqual(3 * partitions);
      expect(items, address).toBeLessThanOrEqual(120);
    }
    const { calls, items } = await costOf(wide, '/findings?account=111122220010&region=us-west-2&limit=2');
    expect(calls).toBeLessThanOrEqual(4);
    expect(items).toBeLessThanOrEqual(4);
  });

  test('an empty page of something known costs a few reads by key', async () => {
    for (const address of [
      '/findings?status=fail',
      '/findings?account=111122220010&status=fail',
      '/findings?account=111122220010&region=us-west-2&status=fail',
      '/findings?account=111122220010&region=us-west-2&cluster=train-10',
      '/coverage?cluster=llm-train',
    ]) {
      const { calls, items, body } = await costOf(wide, address);
      expect(body, address).toMatchObject({ items: [] });
      expect(body.known, address).toBeUndefined();
      // Three levels in seventeen partitions each; of a cluster, nine for rows and as many for where it is.
      expect(calls, address).toBeLessThanOrEqual(60);
      expect(items, address).toBeLessThanOrEqual(60);
    }
  });

  test('an unknown one costs no more than the look at the first regions, and says where it ended', async () => {
    const entry = { regionState: 'audited' as const, coverage: { evaluated: 1, unevaluated: 0, required: 0 }, clusters: [] };
    const expires = Date.parse(at(24 * 30)) / 1000;
    for (let n = 0; n < 1200; n += 25) {
      const items = Array.from({ length: 25 }, (_, i) =>
        inventoryItem({ account: String(222200000000 + n + i), region: 'eu-north-1' }, 1, at(8), entry, expires),
      );
      await wide.store.putAll(items);
    }
    const among = ' among the first 1,000 regions';
    for (const [address, says] of [
      ['/findings?cluster=other', `No finding is stored for cluster other${among}. Known clusters there: `],
      ['/findings?region=us-wst-2', `No audit of the last 35 days is stored for region us-wst-2${among}; did you mean us-west-2? `],
      ['/findings?account=999999999999', 'No audit of the last 35 days is stored for account 999999999999. Known accounts: '],
    ] as const) {
      const { calls, items, body } = await costOf(wide, address);
      expect(body, address).toMatchObject({ known: false });
      expect(body.detail?.startsWith(says), body.detail).toBe(true);
      expect(calls, address).toBeLessThanOrEqual(120);
      expect(items, address).toBeLessThanOrEqual(2000);
    }
    // An account is a key: that it is known is no question of how many there are.
    expect((await costOf(wide, '/findings?account=222200001199')).body.known).toBeUndefined();
  });
});
