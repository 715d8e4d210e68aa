import { describe, expect, test } from 'vitest';
import { type BrokenRoute, chatService, plannedRoutes, routeState } from '../../../shared/core/alerts/alert-routes.ts';
import { routeWords, weakWords } from '../../../shared/core/alerts/route-text.ts';
import type { AlertSettings } from '../../../shared/core/plan/plan.ts';

const teams = { tenant: 't', team: 'e', channel: '19:x@thread.tacv2' };
const slack = { workspace: 'T0', channel: 'C0' };
const webhook = 'arn:aws:lambda:us-west-2:111122223333:function:webhook';

describe('the subscriptions a plan rests on', () => {
  test.each<[string, AlertSettings, string | undefined, readonly string[]]>([
    ['no one', {}, webhook, []],
    ['an address, on both topics', { email: ['a@x.de'] }, undefined, ['alerts email a@x.de', 'operations email a@x.de']],
    ['Slack', { slack }, undefined, [`chat https ${chatService}`, `operations https ${chatService}`]],
    ['Teams', { teams }, undefined, [`chat https ${chatService}`, `operations https ${chatService}`]],
    ['both, by one service', { slack, teams }, undefined, [`chat https ${chatService}`, `operations https ${chatService}`]],
    ['a webhook whose function is not there', { webhookSecret: 'arn' }, undefined, []],
    ['a webhook', { webhookSecret: 'arn' }, webhook, [`chat lambda ${webhook}`]],
  ])('%s', (_, alerts, of, routes) => {
    expect(plannedRoutes(alerts, of).map((r) => `${r.topic} ${r.protocol} ${r.endpoint}`)).toEqual(routes);
  });
});

describe('how a route is', () => {
  const route = { topic: 'alerts', protocol: 'email', endpoint: 'Ops@x.de' } as const;
  const sub = (protocol: string, endpoint: string, arn?: string) => ({ protocol, endpoint, ...(arn && { arn }) });
  test.each([
    ['well, whatever the case of its letters', [sub('email', 'ops@x.de', 'arn:1')], 'well'],
    ['well, though it was tried twice', [sub('email', 'ops@x.de'), sub('email', 'ops@x.de', 'arn:1')], 'well'],
    ['pending', [sub('email', 'ops@x.de')], 'pending'],
    ['gone', [], 'gone'],
    ['gone, where only another listens', [sub('email', 'dev@x.de', 'arn:1')], 'gone'],
    ['gone, where it listens in another way', [sub('email-json', 'ops@x.de', 'arn:1')], 'gone'],
  ])('%s', (_, subscriptions, state) => {
    expect(routeState(route, subscriptions)).toBe(state);
  });
  test('names of functions are distinguished by case', () => {
    const of = { topic: 'chat', protocol: 'lambda', endpoint: webhook } as const;
    expect(routeState(of, [sub('lambda', webhook.replace('webhook', 'Webhook'), 'arn:1')])).toBe('gone');
    expect(routeState(of, [sub('lambda', webhook, 'arn:1')])).toBe('well');
  });
});

describe('in words', () => {
  const topicArn = 'arn:aws:sns:eu-north-1:111122223333:Operations';
  const route: BrokenRoute = { topic: 'operations', topicArn, protocol: 'email', endpoint: 'a@x.de', state: 'gone' };
  const command = `$ aws sns subscribe --region eu-north-1 --topic-arn ${topicArn} --protocol email --notification-endpoint a@x.de`;
  test.each<[string, BrokenRoute, readonly string[]]>([
    ['gone', route, ['e-mail to a@x.de, for alarms of the auditor about itself: not subscribed any more. Subscribe it again:', command]],
    [
      'pending',
      { ...route, topic: 'alerts', state: 'pending' },
      [
        "e-mail to a@x.de, for alerts: never confirmed. The recipient passes the link of the first message to `npx --no-install hyperpod-auditor alert confirm 'LINK'`.",
        'A link is valid for two days. To send a new one:',
        command,
      ],
    ],
    [
      'a chat',
      { ...route, protocol: 'https', endpoint: chatService },
      [
        `Slack or Teams, for alarms of the auditor about itself: the chat service does not listen to ${topicArn}.`,
        'Open the channel in its console, and save it with that topic: https://console.aws.amazon.com/chatbot/home',
      ],
    ],
  ])('%s', (_, of, said) => {
    expect(routeWords(of)).toEqual(said);
  });
  test('weak', () => {
    expect(weakWords(route)).toContain(
      'e-mail to a@x.de, for alarms of the auditor about itself: anyone who follows the link at the end of its e-mails',
    );
  });
});
