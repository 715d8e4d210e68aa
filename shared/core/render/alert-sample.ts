/** What `alert test` sends: so that nobody takes it for news. */
import { type AlertMessage, chatOf } from './alert-message.ts';
import { timeWords } from './words.ts';

export function sampleOf(of: { readonly account: string; readonly region: string; readonly at: string }): AlertMessage {
  const { account, region, at } = of;
  const subject = 'HyperPod auditor: a test of this route';
  const said = 'This is a test: alerts of the HyperPod auditor arrive here. Nothing has changed, nothing has to be done.';
  const attributes = { account, region, level: 'recommended', kind: 'test', readiness: 'NONE' } as const;
  const where = 'Nothing is kept of a test.';
  return {
    subject,
    text: `${said}\n\nSent ${timeWords(at)} from account ${account}.\n`,
    data: { schemaVersion: 1, kind: 'test', subject, account, region, level: 'recommended', at, readiness: [], changes: [] },
    chat: chatOf({ title: subject, lines: [said], keywords: ['test'], threadId: `test/${at}`, context: attributes, where }),
    attributes,
    where,
  };
}
