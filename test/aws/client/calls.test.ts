import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { type AwsConnection, openConnection, withConnection } from '../../../shared/aws/client/calls.ts';
import { clientConfig, clientPool } from '../../../shared/aws/client/clients.ts';
import type { AwsError } from '../../../shared/aws/client/errors.ts';
import { type AwsSettings, defaultSettings } from '../../../shared/aws/client/settings.ts';

const settings: AwsSettings = {
  ...defaultSettings,
  endpoint: 'http://127.0.0.1:9',
  credentials: { accessKeyId: 'x', secretAccessKey: 'y' },
  inFlight: { default: 3, iam: 1 },
};

/** Work that says how much of it went on at once. */
function gauge() {
  let now = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++now);
    for (let i = 0; i < 5; i++) await turn();
    now -= 1;
    return most;
  };
  return { work, most: () => most };
}

const on = <T>(work: (line: AwsConnection) => Promise<T>, more: Partial<AwsSettings> = {}) =>
  withConnection({ ...settings, ...more }, 'us-west-2', work);
const twenty = <T>(make: (i: number) => Promise<T>) => Promise.all(Array.from({ length: 20 }, (_, i) => make(i)));

describe('calls under way at once', () => {
  test('are as many as the settings say', async () => {
    const { work, most } = gauge();
    await on(({ call }) => twenty(() => call('ec2:DescribeVpcs', work)));
    expect(most()).toBe(3);
  });

  test('a service may have a number of its own', async () => {
    const { work, most } = gauge();
    await on(({ call }) => twenty(() => call('iam:GetRole', work)));
    expect(most()).toBe(1);
  });

  test('are counted per service and region', async () => {
    const { work, most } = gauge();
    await on(({ call }) =>
      Promise.all([
        twenty(() => call('ec2:DescribeVpcs', work)),
        twenty(() => call('ec2:DescribeSubnets', work)),
        twenty(() => call('ec2:DescribeVpcs', work, 'us-east-1')),
        twenty(() => call('ssm:GetDocument', work)),
      ]),
    );
    expect(most()).toBe(9);
  });
});

describe('calls of which only so many may begin in a second', () => {
  const late = { read: { ok: false, reason: "the audit's deadline of 0.9 s was reached" } };
  const bounded = { deadlineMs: 900, perSecond: { 'servicequotas:GetServiceQuota': 3 } };

  test('wait for their turn, per region, and end with the deadline; no others wait', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const line = openConnection({ ...settings, ...bounded }, 'us-west-2', {
      now: () => 0,
      random: () => 1,
      wait: (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('ended')))),
    });
    try {
      const begun: string[] = [];
      const get = (name: string, region: string) =>
        line
          .call('servicequotas:GetServiceQuota', async () => begun.push(name), region)
          .catch((error: AwsError) => expect(error).toMatchObject(late));
      const all = Promise.all([
        ...[1, 2, 3, 4, 5].map((n) => get(`west ${n}`, 'us-west-2')),
        ...[1, 2].map((n) => get(`east ${n}`, 'us-east-1')),
        ...[1, 2, 3, 4].map((n) => line.call('servicequotas:ListServiceQuotas', async () => begun.push(`list ${n}`))),
      ]);
      while (begun.length < 9) await turn();
      vi.advanceTimersByTime(bounded.deadlineMs);
      await all;
      expect(begun.toSorted()).toEqual(['east 1', 'east 2', 'list 1', 'list 2', 'list 3', 'list 4', 'west 1', 'west 2', 'west 3']);
      expect(line.records).toHaveLength(9);
    } finally {
      line.close();
      vi.useRealTimers();
    }
  });

  test('begin when it has come', async () => {
    const waits: number[] = [];
    const timing = { now: () => 0, random: () => 1, wait: async (ms: number) => void waits.push(ms) };
    const line = openConnection({ ...settings, ...bounded }, 'us-west-2', timing);
    expect(await Promise.all([1, 2, 3, 4].map((n) => line.call('servicequotas:GetServiceQuota', async () => n)))).toEqual([1, 2, 3, 4]);
    expect(waits).toEqual([1000]);
    line.close();
  });
});

describe('a line', () => {
  test('hands out one client per service and region', async () => {
    await on(async ({ call }) => {
      const seen = await Promise.all([
        call('ec2:DescribeVpcs', async (client) => client),
        call('ec2:DescribeSubnets', async (client) => client),
        call('ec2:DescribeVpcs', async (client) => client, 'us-east-1'),
      ]);
      expect(seen[0]).toBe(seen[1]);
      expect(seen[2]).not.toBe(seen[0]);
      expect(await seen[0].config.region()).toBe('us-west-2');
      expect(await seen[2].config.region()).toBe('us-east-1');
    });
  });

  test('records what was answered and what failed', async () => {
    const line = openConnection(settings, 'us-west-2');
    await line.call('ec2:DescribeVpcs', async () => 1);
    const denied = Object.assign(new Error('no'), { name: 'AccessDenied', $fault: 'client', $metadata: { httpStatusCode: 403 } });
    await expect(line.call('iam:GetRole', () => Promise.reject(denied), 'us-east-1')).rejects.toMatchObject({
      name: 'AwsError',
      read: { ok: false, reason: 'access denied', action: 'iam:GetRole' },
      cause: denied,
    });
    line.close();
    expect(line.records).toEqual([
      { action: 'ec2:DescribeVpcs', region: 'us-west-2', begun: expect.any(Number), ms: expect.any(Number), ok: true, throttled: 0 },
      { action: 'iam:GetRole', region: 'us-east-1', begun: expect.any(Number), ms: expect.any(Number), ok: false, throttled: 0 },
    ]);
  });

  test('lets a defect of ours fly', async () => {
    await expect(on(({ call }) => call('ec2:DescribeVpcs', () => Promise.reject(new TypeError('ours'))))).rejects.toThrow(TypeError);
  });

  test('is dead after its deadline: what is under way, what waits, what comes', async () => {
    const late = { read: { ok: false, reason: "the audit's deadline of 0.05 s was reached" } };
    let begun = 0;
    await on(
      async ({ call }) => {
        const signals: AbortSignal[] = [];
        const stuck = (_: unknown, { abortSignal }: { readonly abortSignal: AbortSignal }) => {
          begun += 1;
          signals.push(abortSignal);
          return new Promise<never>(() => undefined);
        };
        const settled = await Promise.allSettled(Array.from({ length: 5 }, () => call('iam:GetRole', stuck)));
        for (const s of settled) expect(s).toMatchObject({ status: 'rejected', reason: late });
        expect(signals.every((s) => s.aborted)).toBe(true);
        await expect(call('ec2:DescribeVpcs', stuck)).rejects.toMatchObject(late);
      },
      { deadlineMs: 50 },
    );
    expect(begun).toBe(1);
  });

  test('what fails as the deadline strikes failed for that', async () => {
    const line = openConnection({ ...settings, deadlineMs: 30 }, 'us-west-2');
    const aborted = (_: unknown, { abortSignal }: { readonly abortSignal: AbortSignal }) =>
      new Promise<never>((_resolve, reject) => {
        abortSignal.addEventListener('abort', () => reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' })));
      });
    const error: AwsError = await line.call('ec2:DescribeVpcs', aborted).catch((e) => e);
    expect(error.read.reason).toContain('deadline');
    line.close();
  });

  test('is closed when its work is done, or fails', async () => {
    const lines: AwsConnection[] = [];
    await expect(
      on(async (line) => {
        lines.push(line);
        throw new RangeError('ours');
      }),
    ).rejects.toThrow(RangeError);
    await expect(lines[0]?.call('ec2:DescribeVpcs', async () => 1)).rejects.toMatchObject({ name: 'AwsError' });
  });
});

describe('clients', () => {
  test('every wait is bounded', () => {
    expect(clientConfig(defaultSettings, 'us-west-2')).toMatchObject({
      retryMode: 'standard',
      maxAttempts: defaultSettings.maxAttempts,
      requestHandler: {
        requestTimeout: defaultSettings.requestTimeoutMs,
        socketTimeout: defaultSettings.requestTimeoutMs,
        connectionTimeout: defaultSettings.connectionTimeoutMs,
        throwOnRequestTimeout: true,
      },
    });
  });

  test('what the settings leave out the SDK finds by itself', () => {
    const config = clientConfig(defaultSettings, 'us-west-2');
    for (const member of ['endpoint', 'credentials', 'profile']) expect(config).not.toHaveProperty(member);
    expect(clientConfig({ ...defaultSettings, profile: 'ml' }, 'us-west-2')).toMatchObject({ profile: 'ml' });
  });

  test('credentials are resolved once, by the first call', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hyperpod-auditor-'));
    const asked = join(folder, 'asked');
    const script = `require('node:fs').appendFileSync('${asked}', 'once '); console.log(JSON.stringify({ Version: 1, AccessKeyId: 'AKIA', SecretAccessKey: 'x' }))`;
    writeFileSync(join(folder, 'ask.cjs'), script);
    writeFileSync(join(folder, 'config'), `[profile ml]\ncredential_process = "${process.execPath}" "${join(folder, 'ask.cjs')}"\n`);
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
    const pool = clientPool({ ...defaultSettings, profile: 'ml' });
    try {
      const clients = [pool.of('ec2', 'us-west-2'), pool.of('iam', 'eu-west-1'), pool.of('s3', 'us-west-2')];
      const found = await Promise.all(clients.map((c) => c.config.credentials()));
      expect(found.map((c) => c.accessKeyId)).toEqual(['AKIA', 'AKIA', 'AKIA']);
      expect(readFileSync(asked, 'utf8')).toBe('once ');
    } finally {
      vi.unstubAllEnvs();
      pool.destroy();
      rmSync(folder, { recursive: true });
    }
  });

  test('S3 has bucket names in the path where an endpoint stands in for it', async () => {
    const { of } = clientPool(settings);
    expect(of('s3', 'us-west-2').config.forcePathStyle).toBe(true);
    expect(clientPool(defaultSettings).of('s3', 'us-west-2').config.forcePathStyle).toBe(false);
  });
});
