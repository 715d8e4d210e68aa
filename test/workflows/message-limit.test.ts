import { expect, test } from 'vitest';
import { NotAcceptedError } from '../../shared/aws/messaging/alert-topics.ts';
import type { AlertMessage } from '../../shared/core/alerts/alert-message.ts';
import type { AlertTopic } from '../../shared/core/history/delivery-progress.ts';
import { publishWithin } from '../../shared/workflows/message-limit.ts';

// No part of the message is read.
const message = {} as AlertMessage;
const names: readonly AlertTopic[] = ['alerts', 'chat'];
const work = { plan: { alerts: {} }, now: () => new Date('2026-11-24T08:00:00Z') };

test('a release that fails does not hide which topics accepted the message', async () => {
  const refused = new NotAcceptedError(['alerts'], ['chat'], [new Error('refused')]);
  const topics = { names, publish: () => Promise.reject(refused) };
  const sent = { reserve: async () => true, release: () => Promise.reject(new Error('throttled')) };
  await expect(publishWithin(message, 'change', { ...work, topics, sent })).rejects.toBe(refused);
});

test('a reservation that fails releases those before it', async () => {
  const released: AlertTopic[] = [];
  const sent = {
    reserve: async (topic: AlertTopic) => topic === 'alerts' || Promise.reject(new Error('throttled')),
    release: async (topic: AlertTopic) => void released.push(topic),
  };
  const topics = { names, publish: () => Promise.reject(new Error('published')) };
  await expect(publishWithin(message, 'change', { ...work, topics, sent })).rejects.toThrow('throttled');
  expect(released).toEqual(['alerts']);
});
