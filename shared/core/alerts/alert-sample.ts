/** What `alert test` sends, worded so that no one takes it for an alert. */

import { timeWords } from '../render/words.ts';
import type { AlertMessage } from './alert-message.ts';
import type { TopicName } from './alert-routes.ts';
import { chatOf } from './chat-notification.ts';

const about: Readonly<Record<TopicName, string>> = {
  alerts: 'alerts of the HyperPod auditor arrive here',
  chat: 'alerts of the HyperPod auditor arrive here',
  operations: 'alarms of the HyperPod auditor about itself arrive here',
};

export function sampleOf(of: {
  readonly account: string;
  readonly region: string;
  readonly at: string;
  /** The topic it is sent to. */
  readonly topic?: TopicName;
}): AlertMessage {
  const { account, region, at, topic = 'alerts' } = of;
  const subject = `HyperPod auditor: a test of ${topic === 'operations' ? 'alarms' : 'alerts'}`;
  const said = `This is a test: ${about[topic]}. Nothing has changed, nothing has to be done.`;
  const attributes = { account, region, level: 'recommended', kind: 'test', readiness: 'NONE' } as const;
  const where = 'A test is not stored.';
  return {
    subject,
    text: `${said}\n\nSent ${timeWords(at)} from account ${account}, ${region}.\n`,
    data: { schemaVersion: 1, kind: 'test', subject, account, region, level: 'recommended', at, readiness: [], changes: [] },
    chat: chatOf({ title: subject, lines: [said], keywords: ['test'], threadId: `test/${at}`, context: attributes, where }),
    attributes,
    where,
  };
}
