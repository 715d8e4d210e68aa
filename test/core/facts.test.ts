/** What was read is seen; what was not flies, with its reason and the action that was denied. */
import { expect, test } from 'vitest';
import { see, seeKey, Unseen } from '../../shared/core/facts.ts';
import { broken, denied, ok } from './healthy.ts';

const caught = (look: () => unknown): unknown => {
  try {
    return look();
  } catch (error) {
    return error;
  }
};

test('a value that was read, be it none', () => {
  expect(see(ok(5))).toBe(5);
  expect(see(ok(null))).toBeNull();
  expect(seeKey({ a: ok(5), b: ok(null) }, 'a', 'thing')).toBe(5);
  expect(seeKey({ a: ok(5), b: ok(null) }, 'b', 'thing')).toBeNull();
});

test.each([
  ['a denied read', () => see(denied('s:A')), { reason: 'access denied', action: 's:A' }],
  ['a broken read', () => see(broken()), { reason: 'the service did not answer in time', action: undefined }],
  ['a denied key', () => seeKey({ a: denied('s:A') }, 'a', 'thing'), { reason: 'access denied', action: 's:A' }],
  ['a key nobody read', () => seeKey({ a: ok(1) }, 'b', 'thing'), { reason: 'thing b was not read', action: undefined }],
  [
    'a key that every object has',
    () => seeKey({}, 'constructor', 'thing'),
    { reason: 'thing constructor was not read', action: undefined },
  ],
])('%s is unseen', (_, look, expected) => {
  const error = caught(look);
  expect(error).toBeInstanceOf(Unseen);
  expect(error).toMatchObject({ name: 'Unseen', message: expected.reason, ...expected });
});
