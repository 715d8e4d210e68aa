/** What AWS throttles is sent again: how soon, how often, how many at once, and what is said when it was not enough. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AwsConnection, openConnection, type RetryTiming } from '../../../shared/aws/client/calls.ts';
import { clientPool } from '../../../shared/aws/client/clients.ts';
import { type AwsSettings, defaultSettings } from '../../../shared/aws/client/settings.ts';
import { adaptiveLimit, TransientRetryStrategy, waitAfter } from '../../../shared/aws/client/throttle.ts';
import { run, unreadPlaces } from '../world.ts';

const settings: AwsSettings = {
  ...defaultSettings,
  endpoint: 'http://127.0.0.1:9',
  credentials: { accessKeyId: 'x', secretAccessKey: 'y' },
};
const throttle = () =>
  Object.assign(new Error('Rate exceeded'), {
    cause: undefined,
    name: 'Throttling',
    $fault: 'client',
    $metadata: { httpStatusCode: 400 },
  });

/** Waits that take no time and are added up; each as long as it may be. */
function virtual() {
  const waits: number[] = [];
  const total = () => waits.reduce((a, b) => a + b, 0);
  const timing: RetryTiming = { now: total, random: () => 1, wait: async (ms) => void waits.push(ms) };
  return { timing, waits, total };
}

async function on<T>(timing: RetryTiming, work: (line: AwsConnection) => Promise<T>, more: Partial<AwsSettings> = {}): Promise<T> {
  const line = openConnection({ ...settings, ...more }, 'us-west-2', timing);
  try {
    return await work(line);
  } finally {
    line.close();
  }
}

/** An operation that is throttled so many times, then answered. */
function busy(count: number) {
  let sent = 0;
  return { sent: () => sent, send: async () => (++sent <= count ? Promise.reject(throttle()) : sent) };
}

describe('the wait before the next attempt', () => {
  test('is random below a bound that doubles up to a second', () => {
    expect([1, 2, 3, 4, 5, 60].map((n) => waitAfter(n, 1))).toEqual([200, 400, 800, 1000, 1000, 1000]);
    expect(waitAfter(3, 0.25)).toBe(200);
    expect(waitAfter(60, 0)).toBe(0);
  });

  test('one throttled call of each operation costs a chain of ten calls at most 2 s, two at most 6 s', async () => {
    for (const [count, most] of [
      [1, 2_000],
      [2, 6_000],
    ] as const) {
      const { timing, total } = virtual();
      await on(timing, async ({ call }) => {
        for (let i = 0; i < 10; i += 1) expect(await call('ec2:DescribeVpcs', busy(count).send)).toBe(count + 1);
      });
      expect(total()).toBe(most);
    }
  });

  test('ends with the line', async () => {
    const line = openConnection(settings, 'us-west-2', {
      now: () => 0,
      random: () => 1,
      wait: (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('ended')))),
    });
    const one = busy(1);
    const ended = expect(line.call('ec2:DescribeVpcs', one.send)).rejects.toMatchObject({
      read: { reason: "the audit's deadline of 120 s was reached; AWS had throttled ec2:DescribeVpcs once" },
    });
    await expect.poll(one.sent, { timeout: 60_000 }).toBe(1);
    line.close();
    await ended;
  });
});

describe('a call that is throttled again and again', () => {
  test('is given up after so many times, with the action and how often', async () => {
    const { timing, waits } = virtual();
    await on(timing, async ({ call, records }) => {
      const always = busy(Number.POSITIVE_INFINITY);
      await expect(call('iam:GetRole', always.send)).rejects.toMatchObject({
        code: 'Throttling',
        read: { ok: false, reason: 'AWS throttled iam:GetRole 60 times' },
      });
      expect(always.sent()).toBe(60);
      expect(records).toMatchObject([{ action: 'iam:GetRole', ok: false, throttled: 60 }]);
    });
    expect(waits).toHaveLength(59);
    // Half of it on average: half a minute.
    expect(waits.reduce((a, b) => a + b, 0)).toBeLessThan(60_000);
  });

  test('is not sent again for another reason, and what was throttled before is then not the reason', async () => {
    const { timing } = virtual();
    await on(timing, async ({ call }) => {
      let sent = 0;
      const denied = Object.assign(new Error('no'), {
        name: 'AccessDenied',
        $fault: 'client',
        $metadata: { httpStatusCode: 403, attempts: 1 },
      });
      const send = () => Promise.reject(++sent <= 3 ? throttle() : denied);
      await expect(call('iam:GetRole', send)).rejects.toMatchObject({ read: { reason: 'access denied', action: 'iam:GetRole' } });
      expect(sent).toBe(4);
      await expect(call('iam:GetRole', () => Promise.reject(new TypeError('a defect')))).rejects.toThrow(TypeError);
    });
  });

  test('leaves its place to others while it waits', async () => {
    let wake: (() => void) | undefined;
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    await on(
      { now: () => 0, random: () => 1, wait: () => asleep },
      async ({ call }) => {
        const slow = call('iam:GetRole', busy(1).send);
        expect(await call('iam:ListRolePolicies', async () => 'answered')).toBe('answered');
        wake?.();
        expect(await slow).toBe(2);
      },
      { inFlight: { default: 1 } },
    );
  });

  test('takes a turn for each attempt where only so many may begin in a second', async () => {
    const { timing } = virtual();
    const begun: number[] = [];
    const one = busy(2);
    await on(
      timing,
      ({ call }) =>
        call('servicequotas:GetServiceQuota', () => {
          begun.push(timing.now());
          return one.send();
        }),
      { perSecond: { 'servicequotas:GetServiceQuota': 1 } },
    );
    expect(begun).toEqual([0, 1000, 2000]);
  });
});

describe('the deadline', () => {
  /** Sleeps until the line ends. */
  const asleep: RetryTiming = {
    now: () => 0,
    random: () => 1,
    wait: (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('ended')))),
  };

  test('names what was throttled: the call itself, or else what throttled most while it could not begin', async () => {
    const reached = "the audit's deadline of 0.2 s was reached";
    await on(
      asleep,
      async ({ call }) => {
        const hanging = () => new Promise<never>(() => undefined);
        const why = (work: Promise<unknown>) =>
          work.then(
            () => 'answered',
            (error: Error) => error.message,
          );
        const throttled = why(call('iam:GetRole', busy(9).send));
        const hangs = why(call('sagemaker:ListClusters', hanging));
        const queued = why(call('sagemaker:DescribeCluster', hanging));
        expect(await throttled).toBe(`${reached}; AWS had throttled iam:GetRole once`);
        expect(await hangs).toBe(reached);
        expect(await queued).toBe(`${reached}; AWS had throttled iam:GetRole once`);
        expect(await why(call('ec2:DescribeVpcs', hanging))).toBe(`${reached}; AWS had throttled iam:GetRole once`);
      },
      { deadlineMs: 200, inFlight: { default: 1 } },
    );
  });
});

describe('calls in flight', () => {
  test('are halved once for those that were in flight together, and grow back by one as all of them are answered', () => {
    const { limit, sent } = adaptiveLimit(25);
    const together = Array.from({ length: 25 }, sent);
    for (const one of together) one.throttled();
    expect(limit.concurrency).toBe(12);
    const again = Array.from({ length: 12 }, sent);
    for (const one of again) one.throttled();
    expect(limit.concurrency).toBe(6);
    for (let i = 0; i < 6; i += 1) sent().answered();
    expect(limit.concurrency).toBe(7);
    for (let i = 0; i < 6; i += 1) sent().answered();
    expect(limit.concurrency).toBe(7);
    sent().answered();
    expect(limit.concurrency).toBe(8);
  });

  test('are never none and never more than the settings say, whatever happens', () => {
    const ending = fc.record({ call: fc.nat(), throttled: fc.boolean() });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 }), fc.array(ending, { maxLength: 200 }), (most, endings) => {
        const { limit, sent } = adaptiveLimit(most);
        const open: ReturnType<typeof sent>[] = [];
        for (const { call, throttled } of endings) {
          while (open.length < limit.concurrency) open.push(sent());
          const [one] = open.splice(call % open.length, 1);
          if (throttled) one?.throttled();
          else one?.answered();
          expect(limit.concurrency).toBeGreaterThanOrEqual(1);
          expect(limit.concurrency).toBeLessThanOrEqual(most);
        }
        for (let i = 0; i < 25 * 26; i += 1) sent().answered();
        expect(limit.concurrency).toBe(most);
      }),
    );
  });

  test.for([
    { burst: 10, perSecond: 10 },
    { burst: 2, perSecond: 5 },
  ])('few of 300 calls are sent in vain to $perSecond tokens a second, and none is lost', async ({ burst, perSecond }) => {
    let tokens = burst;
    let filled = 0;
    let sent = 0;
    const { lost, tookMs } = await simulate(
      Array.from({ length: 300 }, () => 1),
      ({ now }) => {
        sent += 1;
        tokens = Math.min(burst, tokens + ((now - filled) / 1000) * perSecond);
        filled = now;
        if (tokens < 1) return false;
        tokens -= 1;
        return true;
      },
    );
    expect(lost).toEqual([]);
    // Without a limit that adapts it is more than 5,000.
    expect(sent).toBeLessThan(7 * 300);
    // The tokens allow no less.
    expect(tookMs).toBeLessThan(1.5 * (300 / perSecond) * 1000);
  });

  test.for([0.3, 0.6, 0.9])('no call is lost where %d of them are throttled, within the deadline', async (share) => {
    // As many as the audit of a region, in chains as long as its longest.
    const { lost, tookMs } = await simulate([9, 9, 9, 9, 9], ({ random }) => random() >= share);
    expect(lost).toEqual([]);
    expect(tookMs).toBeLessThan(defaultSettings.deadlineMs);
  });
});

interface World {
  /** Virtual milliseconds. */
  readonly now: number;
  readonly random: () => number;
}

/** Chains of calls of such lengths, side by side in virtual time; each answer takes 50 ms. `answers`: whether it is not "throttled". */
async function simulate(chains: readonly number[], answers: (world: World) => boolean) {
  let now = 0;
  let seed = 7;
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const due: { readonly at: number; readonly go: () => void }[] = [];
  const sleep = (ms: number) => new Promise<void>((go) => void due.push({ at: now + ms, go }));
  const send = async () => {
    const isAnswered = answers({ now, random });
    await sleep(50);
    if (!isAnswered) throw throttle();
  };
  const lost: unknown[] = [];
  let left = chains.length;
  await on({ now: () => now, random, wait: sleep }, async ({ call }) => {
    const chain = async (length: number) => {
      for (let i = 0; i < length; i += 1) await call('ec2:DescribeVpcs', send).catch((error: unknown) => lost.push(error));
      left -= 1;
    };
    for (const length of chains) void chain(length);
    while (left > 0) {
      await new Promise(setImmediate);
      const [next] = due.toSorted((a, b) => a.at - b.at);
      if (!next) continue;
      due.splice(due.indexOf(next), 1);
      now = next.at;
      next.go();
    }
  });
  return { lost, tookMs: now };
}

test("the SDK's own retries are those of failures that pass, not of throttled calls", async () => {
  const pool = clientPool(settings);
  try {
    const strategy = await pool.of('ec2', 'us-west-2').config.retryStrategy();
    if (!(strategy instanceof TransientRetryStrategy)) throw new Error('The clients are made with it.');
    const token = await strategy.acquireInitialRetryToken('');
    type Info = Parameters<typeof strategy.refreshRetryTokenForRetry>[1];
    const retried = async (errorType: Info['errorType'], more: object) => {
      const error = Object.assign(new Error('Unknown'), more) as unknown as NonNullable<Info['error']>;
      return (await strategy.refreshRetryTokenForRetry(token, { errorType, error })).getRetryCount();
    };
    const unavailable = (headers: object) => ({ $metadata: { httpStatusCode: 503 }, $response: { headers } });
    await expect(retried('THROTTLING', throttle())).rejects.toThrow('retried by the caller');
    await expect(retried('TRANSIENT', unavailable({ 'x-amz-request-id': '1' })), 'HEAD, answered by S3').rejects.toThrow('by the caller');
    expect(await retried('TRANSIENT', unavailable({})), 'a page of a proxy').toBe(1);
    expect(await retried('TRANSIENT', { code: 'ECONNRESET' })).toBe(1);
    await expect(retried('CLIENT_ERROR', { name: 'AccessDenied' })).rejects.toThrow('No retry token');
  } finally {
    pool.destroy();
  }
});

test.for([1, 2])('each operation throttled %i times: every fact is read as ever, and no request is sent in vain', async (count) => {
  const [calm, throttled] = await Promise.all([
    run(),
    run({ faults: [{ on: '*', kind: 'throttle', times: count }], settings: { maxThrottled: 60 } }),
  ]);
  expect(unreadPlaces(throttled.facts)).toEqual([]);
  expect(throttled.facts).toEqual(calm.facts);
  const operations = new Set(calm.arrived.map((c) => `${c.service}:${c.operation} ${c.region}`)).size;
  expect(throttled.arrived.length).toBe(calm.arrived.length + count * operations);
  expect(throttled.calls.reduce((sum, c) => sum + c.throttled, 0)).toBe(count * operations);
});
