/** Every operation by SDK client, over the wire: that the SDK understands all of the answer, and what it says. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations, type Sandbox, startSandbox } from '../../shared/sandbox/server.ts';
import { description, sampleCalls } from './calls.ts';
import { account, clientsOf } from './clients.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ description: description() });
});
afterAll(() => sandbox.close());

/** How many values an answer of the SDK holds. */
function values(of: unknown): number {
  if (of === undefined || of === null || of === '') return 0;
  if (of instanceof Date || typeof of !== 'object') return 1;
  return Object.entries(of).reduce((sum, [member, value]) => sum + (member === '$metadata' ? 0 : values(value)), 0);
}

/** How many values a body holds; the request id is no part of an answer. */
function valuesOnTheWire(body: string): number {
  if (body.startsWith('{')) return values(JSON.parse(body));
  return [...body.matchAll(/<([A-Za-z0-9]+)>([^<]+)<\/\1>/g)].filter((m) => m[1]?.toLowerCase() !== 'requestid').length;
}

describe('each operation answers in AWS’s wire format', () => {
  test.each(sampleCalls)('$operation', async ({ operation, region, send, holds }) => {
    const clients = clientsOf(sandbox.endpoint, region);
    const before = sandbox.calls.length;
    const answer = await send(clients);
    expect(answer).toMatchObject(holds);
    const call = sandbox.calls.slice(before).at(-1);
    expect(`${call?.service}:${call?.operation}`).toBe(operation);
    expect(call).toMatchObject({ account, region: region ?? 'us-west-2' });
    // What the SDK's model does not know would be lost: all that was sent must have been understood.
    if (!operation.startsWith('s3:')) expect(values(answer)).toBe(valuesOnTheWire(clients.bodies.at(-1) ?? ''));
  });

  test('the list of operations is the list of these tests', () => {
    expect([...new Set(sampleCalls.map((r) => r.operation))].toSorted()).toEqual(operations);
  });
});
