import { readFileSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { finding, result } from '../core/results.ts';
import { save } from '../query/inventory.ts';
import { account, asked, type Deployment, deploy, home, tick } from './deployment.ts';

const place = { account, region: home };
const at = '2026-11-24T08:00:00.000Z';

interface Answered {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

let d: Deployment;
beforeAll(async () => {
  d = await deploy();
  d.at(at);
  const many = Array.from({ length: 60 }, (_, n) => finding({ status: 'fail', resource: `sg-${n}` }));
  await save(d.table, place, at, result({ findings: many }));
}, 60_000);
afterAll(() => d.close());

const bytesOf = ({ body }: Answered): Buffer => Buffer.from(body, 'base64');
const get = async (address: string, headers: Readonly<Record<string, string>> = {}) => d.run<Answered>('query', asked(address, headers));
const jsonOf = (of: Answered) => JSON.parse(bytesOf(of).toString());

test('answers a question and says so in one line of its log', async () => {
  const before = d.lines.length;
  const answered = await get(`/findings?account=${account}&region=${home}`);
  expect(answered).toMatchObject({ statusCode: 200, headers: { 'content-type': 'application/json' } });
  const page = jsonOf(answered);
  expect(page.items).toHaveLength(50);
  expect(page.cursor).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(jsonOf(await get(`/findings?account=${account}&region=${home}&cursor=${page.cursor}`)).items).toHaveLength(10);
  expect(d.lines.slice(before)).toMatchObject([
    { message: 'answered', path: '/findings', status: 200 },
    { message: 'done' },
    { message: 'answered' },
    { message: 'done' },
  ]);
  // What was asked is not in the log: names of resources do not belong there.
  expect(JSON.stringify(d.lines.slice(before))).not.toContain('cursor');
});

test('answers an invocation without a Function URL, as in regions that have none', async () => {
  const [, payload = ''] = /--payload '([^']+rawPath[^']+)'/.exec(readFileSync('functions/query/README.md', 'utf8')) ?? [];
  const answered = await d.run<Answered>('query', JSON.parse(payload));
  expect(answered.statusCode).toBe(200);
  expect(jsonOf(answered).items).toMatchObject([{ region: home }]);
});

test('a problem is an answer', async () => {
  const answered = await get('/findings?level=high');
  expect(answered).toMatchObject({ statusCode: 400, headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' } });
  expect(jsonOf(answered)).toMatchObject({
    status: 400,
    errors: [{ parameter: 'level', given: 'high', accepted: 'one of required, recommended, advice' }],
  });
  expect(await d.run<Answered>('query', asked('/findings', {}, 'DELETE'))).toMatchObject({ statusCode: 405, headers: { allow: 'GET' } });
  expect(await get('/nothing')).toMatchObject({ statusCode: 404 });
});

describe('over HTTP', () => {
  const plain = async () => jsonOf(await get('/findings'));

  test.each([
    { accept: 'gzip, deflate, br', coding: 'br', open: brotliDecompressSync },
    { accept: 'gzip', coding: 'gzip', open: gunzipSync },
    { accept: 'br;q=0, gzip;q=0.5', coding: 'gzip', open: gunzipSync },
    { accept: 'deflate', coding: undefined, open: (b: Buffer) => b },
    { accept: '', coding: undefined, open: (b: Buffer) => b },
    { accept: 'br;q=0.000', coding: undefined, open: (b: Buffer) => b },
  ])('with Accept-Encoding "$accept" it comes as $coding', async ({ accept, coding, open }) => {
    const answered = await get('/findings', { 'accept-encoding': accept });
    expect(answered.headers['content-encoding']).toBe(coding);
    expect(answered.headers.vary).toBe('accept-encoding');
    expect(JSON.parse(open(bytesOf(answered)).toString())).toEqual(await plain());
    if (coding) expect(bytesOf(answered).length).toBeLessThan(JSON.stringify(await plain()).length / 5);
  });

  test('what is small is not compressed', async () => {
    const answered = await get('/findings?resource=none', { 'accept-encoding': 'br' });
    expect(answered.headers['content-encoding']).toBeUndefined();
    expect(jsonOf(answered).items).toEqual([]);
  });

  test('who has the answer is not sent it again, however it was compressed', async () => {
    const { headers } = await get('/findings', { 'accept-encoding': 'br' });
    expect(headers).toMatchObject({ 'cache-control': 'private, max-age=15, must-revalidate', etag: expect.stringMatching(/^W\/"/) });
    const etag = headers.etag ?? '';
    for (const known of [etag, etag.slice(2), `"other", ${etag}`, '*'])
      expect(await get('/findings', { 'if-none-match': known })).toMatchObject({ statusCode: 304, body: '', headers: { etag } });
    expect(await get('/findings?limit=1', { 'if-none-match': etag })).toMatchObject({ statusCode: 200 });
    expect(await get('/findings?limit=x', { 'if-none-match': '*' })).toMatchObject({ statusCode: 400 });
  });

  test('nothing in it runs, and no one embeds it', async () => {
    for (const address of ['/findings', '/nothing'])
      expect((await get(address)).headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
  });
});

test.each([tick(at), {}, null, 'x', { version: '1.0', rawPath: '/', requestContext: { http: { method: 'GET' } } }, { Records: [] }])(
  'an event that is none of its own is refused, and nothing is read: %j',
  async (event) => {
    d.stub.forgetCalls();
    await expect(d.run('query', event)).rejects.toThrow(
      'The event is not one of ours: query takes requests to its Function URL, payload format 2.0.',
    );
    expect(d.stub.calls).toEqual([]);
  },
);

test('a table that cannot be read is an error of the function, which its alarm sees', async () => {
  d.stub.setFaults([{ on: 'dynamodb:Query', kind: 'refuse' }]);
  await expect(get('/findings')).rejects.toThrow();
  d.stub.setFaults([]);
});
