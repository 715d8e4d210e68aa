/** The dashboard's server: which requests it answers, and what it never sends. */
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Dashboard, startDashboard } from '../../../functions/dashboard/server.ts';

let dashboard: Dashboard;
const asked: string[] = [];
beforeAll(async () => {
  dashboard = await startDashboard({
    page: '<!doctype html><title>page</title>',
    answer: async (path, parameters) => {
      asked.push(`${path}?${parameters}`);
      if (path === '/breaks') throw new Error('The table is not there.');
      return path === '/findings' ? { status: 200, body: { items: [] } } : { status: 404, body: { title: 'no' } };
    },
    posts: {
      '/looked': async (parameters) => {
        asked.push(`POST /looked?${parameters}`);
        return { status: 200, body: {} };
      },
    },
  });
});
afterAll(() => dashboard.close());

interface Said {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** A request as any program can send it: fetch would not let us choose the host. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Said> {
  const { hostname, port, host } = new URL(dashboard.address);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers: { host, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}
const own = () => ({ origin: new URL(dashboard.address).origin });
const bearer = () => ({ authorization: `Bearer ${dashboard.token}` });

test('the page is there for everyone on this machine, and has no data in it', async () => {
  const { status, headers, body } = await ask('/');
  expect([status, headers['content-type'], body]).toEqual([200, 'text/html; charset=utf-8', '<!doctype html><title>page</title>']);
});

test('the address is on loopback and holds the token where it is sent to no one', () => {
  const { hostname, hash, search } = new URL(dashboard.address);
  expect([hostname, hash, search]).toEqual(['127.0.0.1', `#token=${dashboard.token}`, '']);
  expect(dashboard.token).toMatch(/^[\w-]{32}$/);
});

test('a question with the token is answered', async () => {
  const { status, body } = await ask('/api/findings?region=us-west-2', bearer());
  expect([status, JSON.parse(body)]).toEqual([200, { items: [] }]);
  expect(asked).toEqual(['/findings?region=us-west-2']);
});

test('what the answerer refuses is a problem', async () => {
  const { status, headers } = await ask('/api/nothing', bearer());
  expect([status, headers['content-type']]).toEqual([404, 'application/problem+json']);
});

test('what breaks is said and ends nothing', async () => {
  const broken = await ask('/api/breaks', bearer());
  expect([broken.status, JSON.parse(broken.body).detail]).toEqual([500, 'The table is not there.']);
  expect((await ask('/api/findings', bearer())).status).toBe(200);
});

test.each<[string, string, Record<string, string> | typeof own, string, number]>([
  ['without a token', '/api/findings', {}, 'GET', 401],
  ['with another token', '/api/findings', { authorization: 'Bearer nothing' }, 'GET', 401],
  ['with one that is as long', '/api/findings', { authorization: `Bearer ${'x'.repeat(32)}` }, 'GET', 401],
  ['under another name (DNS rebinding)', '/', { host: 'evil.example:80' }, 'GET', 421],
  ['from another page', '/', { origin: 'https://evil.example' }, 'GET', 403],
  ['from a page without an origin', '/', { origin: 'null' }, 'GET', 403],
  ['with another method', '/', {}, 'PUT', 405],
  ['where the page is posted to', '/', own, 'POST', 405],
  ['where something else is posted to', '/looked', own, 'POST', 405],
  ['posting without a token', '/api/looked', own, 'POST', 401],
  ['for a file', '/etc/passwd', {}, 'GET', 404],
  ['for a file above', '/../package.json', {}, 'GET', 404],
  ['for an address that is none', '//', {}, 'GET', 404],
  ['for a whole address, as a proxy is asked', 'http://127.0.0.1/', {}, 'GET', 404],
])('no request is answered %s', async (_, path, headers, method, status) => {
  const before = asked.length;
  expect((await ask(path, typeof headers === 'function' ? headers() : headers, method)).status).toBe(status);
  expect(asked.length).toBe(before);
});

test('what a page may change is changed by POST alone, from the page and with the token', async () => {
  const post = (path: string, headers: Record<string, string>) => ask(path, headers, 'POST');
  const origin = (from: string) => ({ ...bearer(), origin: from });
  const before = asked.length;
  expect((await post('/api/looked?at=x', bearer())).status).toBe(403);
  expect((await post('/api/looked?at=x', origin('https://evil.example'))).status).toBe(403);
  expect((await post('/api/findings', own())).status).toBe(401);
  expect((await post('/api/findings', { ...bearer(), ...own() })).status).toBe(405);
  expect((await post('/api/toString', { ...bearer(), ...own() })).status).toBe(405);
  expect((await ask('/api/looked', bearer())).status).toBe(404);
  expect(asked.slice(before)).toEqual(['/looked?']);
  expect((await post('/api/looked?at=x', { ...bearer(), ...own() })).status).toBe(200);
  expect(asked.at(-1)).toBe('POST /looked?at=x');
});

test('another method is answered with the one that is taken', async () => {
  expect((await ask('/api/findings', bearer(), 'PUT')).headers.allow).toBe('GET');
});

test('nothing is kept, embedded or sniffed', async () => {
  for (const path of ['/', '/api/findings', '/nothing']) {
    expect((await ask(path, bearer())).headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
  }
});
