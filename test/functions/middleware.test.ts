import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { metricLine, metricNames } from '../../functions/runtime/metrics.ts';
import { errorFields, ForeignEventError, homeOf, lambda } from '../../functions/runtime/middleware.ts';
import { account, context, home } from './deployment.ts';

const made = (run: (n: number) => Promise<unknown>) => {
  const lines: Record<string, unknown>[] = [];
  const parse = (event: unknown): number => {
    if (typeof event !== 'number') throw new ForeignEventError('a number');
    return event;
  };
  const handler = lambda(
    'test',
    parse,
    async (n, tools) => {
      tools.log('working', { n, home: tools.home });
      tools.metrics({ PendingSeconds: n }, { region: 'us-east-1', account });
      return run(n);
    },
    (line) => lines.push(JSON.parse(line)),
  );
  return { lines, call: (event: unknown) => handler(event, context('test')) };
};

describe('the stack', () => {
  test('parses, says what was done and how long it took, and hands the answer on', async () => {
    const { lines, call } = made(async (n) => n + 1);
    expect(await call(41)).toBe(42);
    expect(lines.map((l) => l.message)).toEqual(['working', undefined, 'done']);
    expect(lines[0]).toMatchObject({ level: 'info', function: 'test', n: 41, home: { account, region: home, partition: 'aws' } });
    expect(lines[0]?.requestId).toBe('11111111-2222-4333-8444-555555555555');
    expect(lines[2]?.durationMs).toBeTypeOf('number');
  });

  test('lets errors through, said once with all their causes', async () => {
    const failure = new Error('outer', { cause: new AggregateError([new Error('a'), 'b'], 'inner') });
    const { lines, call } = made(() => Promise.reject(failure));
    await expect(call(1)).rejects.toBe(failure);
    expect(lines.filter((l) => l.level === 'error')).toMatchObject([
      {
        message: 'failed',
        error: 'Error',
        reason: 'outer',
        cause: { error: 'AggregateError', reason: 'inner', errors: [{ reason: 'a' }, { error: 'b' }] },
      },
    ]);
    expect(lines.some((l) => l.message === 'done')).toBe(false);
  });

  test('refuses an event that is not ours before anything is done', async () => {
    let ran = false;
    const { lines, call } = made(async () => {
      ran = true;
    });
    await expect(call('x')).rejects.toThrow('The event is not one of ours: a number.');
    expect(ran).toBe(false);
    expect(lines).toMatchObject([{ level: 'error', error: 'ForeignEvent' }]);
  });

  test('leaves it to Lambda to end what takes too long: an answer given in its stead would let the work go on behind it', async () => {
    const late = lambda(
      'test',
      (event) => event,
      async () => {
        await wait(50);
        return 'done';
      },
      () => undefined,
    );
    expect(await late({}, { ...context('test'), getRemainingTimeInMillis: () => 10 })).toBe('done');
  });

  test('keeps invocations of one process apart', async () => {
    const { call } = made(async (n) => n);
    expect(await Promise.all([1, 2, 3].map(call))).toEqual([1, 2, 3]);
  });
});

test('other members of an error than its message stay out of the log', () => {
  const error = Object.assign(new Error('no'), { input: 'https://hooks.example.com/secret', $response: { body: 'secret' } });
  expect(JSON.stringify(errorFields(error))).not.toContain('secret');
});

test.each([
  ['arn:aws:lambda:us-west-2:111122223333:function:x', { partition: 'aws', region: 'us-west-2', account: '111122223333' }],
  ['arn:aws-cn:lambda:cn-north-1:111122223333:function:x:live', { partition: 'aws-cn', region: 'cn-north-1', account: '111122223333' }],
])('%s says where the auditor is at home', (arn, place) => {
  expect(homeOf(arn)).toEqual(place);
});
test('what is no ARN says nothing', () => {
  expect(() => homeOf('function')).toThrow('function is not the ARN of a function.');
});

describe('a line of metrics', () => {
  const at = new Date('2026-11-24T08:00:00.000Z');
  test('says which of its members are values; none has a dimension, which would cost for each of its values', () => {
    expect(JSON.parse(metricLine({ CoverageLost: 38 }, { at, properties: { auditId: 'a', region: 'us-west-2' } }))).toEqual({
      _aws: {
        Timestamp: 1795507200000,
        CloudWatchMetrics: [{ Namespace: 'HyperpodAuditor', Dimensions: [[]], Metrics: [{ Name: 'CoverageLost', Unit: 'Count' }] }],
      },
      region: 'us-west-2',
      auditId: 'a',
      CoverageLost: 38,
    });
  });
  test('names are CloudWatch’s', () => {
    for (const name of metricNames) expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
  });
});
