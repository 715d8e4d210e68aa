import { afterEach, describe, expect, test } from 'vitest';
import { markersTable } from '../../../shared/aws/findings/markers.ts';
import { storedTriggers, type Trigger } from '../../../shared/core/events/triggers.ts';
import { hour } from '../../core/results.ts';
import { adapters, type OpenStore } from './stores.ts';

const place = { account: '111122223333', region: 'us-west-2' };
const trigger = (n: number): Trigger => ({
  id: `e-${n}`,
  call: 'DeleteSubnet',
  service: 'ec2.amazonaws.com',
  actor: { kind: 'role', name: 'NetAdmin' },
  at: hour(8),
  resources: [`subnet-0a1b2c3${n % 10}`],
});

describe.each(adapters)('a mark in $name', ({ open }) => {
  let opened: OpenStore | undefined;
  afterEach(() => opened?.close());
  const marks = async () => {
    opened = await open();
    return markersTable(opened);
  };

  test('holds what triggered, an event that comes twice once, and none after it is cleared', async () => {
    const m = await marks();
    expect(await m.triggers(place)).toBeUndefined();
    for (const n of [1, 2, 1]) await m.markDirty(place, hour(8), trigger(n));
    expect(await m.triggers(place)).toEqual([trigger(1), trigger(2)]);
    expect(await m.clearDirty(place, hour(9))).toBeUndefined();
    expect(await m.triggers(place)).toBeUndefined();
    await m.markDirty(place, hour(10));
    expect(await m.triggers(place)).toEqual([]);
  });

  test('that stays has only what came since the facts of the audit', async () => {
    const m = await marks();
    await m.markDirty(place, hour(8), trigger(1));
    await m.markDirty(place, hour(10), trigger(2));
    expect(await m.clearDirty(place, hour(9))).toMatchObject({ since: hour(8), last: hour(10) });
    expect(await m.triggers(place)).toEqual([trigger(2)]);
    // Facts that were discarded name nothing.
    await m.clearDirty(place, '0');
    expect(await m.triggers(place)).toEqual([trigger(2)]);
  });

  test('of many events at once holds the first eight that were noted, each once', async () => {
    const m = await marks();
    await Promise.all(Array.from({ length: 30 }, (_, n) => m.markDirty(place, hour(8), trigger(n))));
    const ids = (await m.triggers(place))?.map(({ id }) => id) ?? [];
    expect([ids.length, new Set(ids).size]).toEqual([storedTriggers, storedTriggers]);
  });

  test('is read where a later version, or nothing that is known, wrote an attribute', async () => {
    const m = await marks();
    await m.markDirty(place, hour(8), trigger(1));
    const key = { pk: '111122223333#us-west-2', sk: 'DIRTY' };
    await opened?.store.update(key, { set: { trigger2: 'text', trigger3: '{"v":2}' } });
    expect(await m.triggers(place)).toEqual([trigger(1)]);
  });
});
