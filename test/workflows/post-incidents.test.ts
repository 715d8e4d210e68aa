/** Hundreds of incidents for a service that takes few at a time: each in the end, in the order of its cluster, whatever is delivered again. */
import { describe, expect, test } from 'vitest';
import type { IncidentEvent } from '../../shared/core/alerts/incidents.ts';
import { type IncidentMessage, type IncidentRoute, postIncidents } from '../../shared/workflows/post-webhook.ts';

const at = '2026-11-24T08:00:00.000Z';
const event = (key: string, action: IncidentEvent['action'] = 'trigger'): IncidentEvent => ({
  ...{ action, key, severity: 'critical', summary: `${key} ${action}`, source: 's', cluster: key, at, details: {} },
});
const many = (count: number) => Array.from({ length: count }, (_, n) => event(`c-${n}`));
const message = (id: string, events: readonly IncidentEvent[], publishedAt = at): IncidentMessage => ({ id, publishedAt, events });

/** A service that takes so many requests a minute, and a function that has 15 minutes. */
function service(perMinute = Number.POSITIVE_INFINITY) {
  let clock = 0;
  let end = 0;
  const posted: string[] = [];
  const times: number[] = [];
  const route: IncidentRoute = {
    name: 'PagerDuty',
    secret: { service: async () => ({ url: new URL('https://events.example.com/'), key: 'k' }), forget: () => undefined },
    requestOf: ({ summary }, { url }) => ({ url, headers: {}, body: { summary } }),
    taken: new Map(),
  };
  const send: Parameters<typeof postIncidents>[3] = async (_, { body }) => {
    clock += 40;
    const recent = times.filter((time) => time > clock - 60_000);
    const ok = recent.length < perMinute;
    if (ok) {
      times.push(clock);
      posted.push(JSON.parse(body).summary);
    }
    const seconds = Math.ceil((60_000 - (clock - (recent[0] ?? clock))) / 1000);
    return { ok, status: ok ? 202 : 429, body: null, retryAfter: String(seconds) };
  };
  const wait = async (ms: number) => {
    const until = clock + ms;
    await Promise.resolve();
    // Several wait side by side.
    clock = Math.max(clock, until);
  };
  return {
    posted,
    route,
    run: async (of: IncidentMessage) => {
      end = clock + 900_000;
      await postIncidents(route, of, { remainingMs: () => end - clock, wait }, send);
    },
  };
}

describe('a message with hundreds of incidents', () => {
  test('is handed over at the pace of the service', async () => {
    const { run, posted } = service(120);
    await run(message('m', many(500)));
    expect(new Set(posted).size).toBe(500);
    expect(posted).toHaveLength(500);
  });

  test('whose time is up goes on where it ended when it is delivered again', async () => {
    const { run, posted } = service(120);
    const all = message('m', many(3000));
    await expect(run(all)).rejects.toThrow(/^PagerDuty has still to get \d+ of 3000 incidents: the message is delivered again\.$/);
    expect(posted.length).toBeGreaterThan(1500);
    await run(all);
    expect(new Set(posted).size).toBe(3000);
    expect(posted).toHaveLength(3000);
  });

  test('begins with clusters that are BLOCKED', async () => {
    const { run, posted } = service();
    await run(message('m', [event('a', 'resolve'), event('b')]));
    expect(posted).toEqual(['b trigger', 'a resolve']);
  });
});

test('of one cluster the order stays, also where a message is delivered late', async () => {
  const { run, posted } = service();
  await run(message('m', [event('a'), event('a', 'resolve')]));
  await run(message('later', [event('a', 'resolve')], '2026-11-24T08:10:00.000Z'));
  await run(message('late', [event('a'), event('b')], '2026-11-24T08:05:00.000Z'));
  expect(posted).toEqual(['a trigger', 'a resolve', 'a resolve', 'b trigger']);
});

test('another process, which remembers nothing, hands over everything', async () => {
  const { run, posted, route } = service();
  await run(message('m', many(3)));
  route.taken.clear();
  await run(message('m', many(3)));
  expect(posted).toHaveLength(6);
});
