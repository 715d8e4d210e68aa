/**
 * Notifications as each recipient gets them, held as files in `golden`, to be read as the person who is called at night reads them:
 * what is wrong, how bad it is, what to do. `vitest -u` replaces them.
 */
import { describe, expect, test } from 'vitest';
import type { AlertMessage } from '../../../shared/core/alerts/alert-message.ts';
import { bodyOf } from '../../../shared/core/alerts/alert-size.ts';
import { summaryMessages } from '../../../shared/core/alerts/alert-summary.ts';
import { webhookBodyOf } from '../../../shared/core/alerts/alert-webhook.ts';
import { chatLimits } from '../../../shared/core/alerts/chat-notification.ts';
import { messagesOf } from '../../../shared/core/alerts/commit-messages.ts';
import type { SummaryKind } from '../../../shared/core/alerts/commit-split.ts';
import { incidentsOf, jiraRequest, pagerDutyRequest } from '../../../shared/core/alerts/incidents.ts';
import { summaryCollector } from '../../../shared/core/alerts/summary-collector.ts';
import { summaryEntryOf } from '../../../shared/core/alerts/summary-entry.ts';
import type { Finding } from '../../../shared/core/evaluation/finding.ts';
import type { TriggeredBy } from '../../../shared/core/events/triggers.ts';
import { statusOfDeployment } from '../../../shared/core/text/own-command.ts';
import { finding, lastCommit, planned, row, running, type Seen } from '../results.ts';

const status = statusOfDeployment({ stack: 'HyperPodAuditor', region: 'eu-west-1', account: '999988887777' });
const place = { account: '111122223333', alias: 'ml-prod', region: 'us-west-2' };
const where = 'All of it is in the findings table: partition key 111122223333#us-west-2, sort key LOG#0000000002.';

const subnet = 'subnet-0aaa0000000000001';
const group = 'sg-0aaa0000000000001';
/** A subnet that is too small: the command lists, the fix is a decision. */
const addresses = (more: Partial<Finding> = {}): Finding =>
  finding({
    ...{ check: 'subnet-free-ips', resource: subnet, group: 'workers', have: 41, need: 65, unit: 'addresses' },
    message: `41 of 65 IP addresses available in ${subnet}.`,
    remediation: {
      text: `Free addresses in ${subnet}, or name a subnet with 65 free ones (a new /25 has them) in VpcConfig or OverrideVpcConfig.`,
      command: `aws ec2 describe-network-interfaces --region us-west-2 --filters Name=subnet-id,Values=${subnet} --output table`,
      console: `https://us-west-2.console.aws.amazon.com/vpcconsole/home?region=us-west-2#SubnetDetails:subnetId=${subnet}`,
    },
    ...more,
  });
/** One missing rule, which fails two checks. */
const rule = (check: string, message: string, more: Partial<Finding> = {}): Finding =>
  finding({
    ...{ check, resource: group, group: 'workers', message },
    remediation: {
      text: 'Allow all traffic from the security group to itself.',
      command: `aws ec2 authorize-security-group-egress --region us-west-2 --group-id ${group} --ip-permissions IpProtocol=-1,UserIdGroupPairs=[{GroupId=${group}}]`,
      console: `https://us-west-2.console.aws.amazon.com/ec2/home?region=us-west-2#SecurityGroup:groupId=${group}`,
    },
    ...more,
  });
const efaText = {
  fail: `${group} has no rule that lets all traffic out to itself, so its nodes cannot use EFA.`,
  pass: `All traffic passes from and to ${group}.`,
};
const lustreText = {
  fail: `${group} lets no traffic out to fs-0123456789abcdef0 on port 988.`,
  pass: `${group} lets traffic out to fs-0123456789abcdef0 on port 988.`,
};
const train = (status: Finding['status'], more: Partial<Finding> = {}): readonly Finding[] => [
  addresses({ status, ...(status === 'pass' && { have: 251, message: `251 IP addresses available in ${subnet}, 65 required.` }), ...more }),
  rule('efa-self-traffic', efaText[status], { status, ...more }),
  rule('lustre-ports', lustreText[status], { status, ...more }),
];
const evaluation = { ...running, cluster: 'llm-eval' };
const quota = (status: Finding['status']) =>
  finding({
    ...{
      check: 'instance-type-quota',
      cluster: 'llm-eval',
      resource: 'ml.g5.8xlarge for cluster usage',
      status,
      have: 0,
      need: 4,
      unit: 'instances',
    },
    message: '4 instances required (0 running + 4 planned), quota is 0.',
    remediation: {
      text: 'Request an increase of "ml.g5.8xlarge for cluster usage" to at least 4.',
      command:
        'aws service-quotas request-service-quota-increase --region us-west-2 --service-code sagemaker --quota-code L-11111111 --desired-value 4',
    },
  });
const clusters = [planned, evaluation];
const well: Seen = { findings: [...train('pass'), quota('pass')], clusters };
const denied = row({
  check: 'efa-self-traffic',
  group: 'workers',
  resource: group,
  reason: 'access denied',
  action: 'ec2:DescribeSecurityGroups',
});

/** The calls that removed the rule, and others of the same minutes. */
const triggeredBy: TriggeredBy = {
  calls: [
    {
      call: 'RevokeSecurityGroupEgress',
      service: 'ec2.amazonaws.com',
      actor: { kind: 'role', name: 'AWSReservedSSO_NetworkAdmin_0123456789abcdef', session: 'alice@example.com' },
      at: '2026-11-20T08:57:10Z',
      resources: [group],
    },
    {
      call: 'CreateVpcEndpoint',
      service: 'ec2.amazonaws.com',
      actor: { kind: 'role', name: 'Deploy', session: 'ci', through: 'cloudformation.amazonaws.com' },
      at: '2026-11-20T08:58:20Z',
      until: '2026-11-20T08:59:05Z',
      calls: 2,
      resources: ['vpce-0aaa0000000000001'],
    },
  ],
  more: 2,
};

const messages = (...seen: readonly Seen[]): readonly AlertMessage[] => messagesBy(undefined, ...seen);
const messagesBy = (triggered: TriggeredBy | undefined, ...seen: readonly Seen[]): readonly AlertMessage[] =>
  messagesOf({ ...lastCommit(...seen), ...(triggered && { triggeredBy: triggered }) }, { ...place, status }, where).map(
    ({ message }) => message,
  );

const places = ['us-west-2', 'us-east-1', 'eu-north-1'].map((region, n) => ({
  account: String(111_122_223_333 + (n > 1 ? 1 : 0)),
  region,
}));
function summaryOf(kind: SummaryKind, ...seen: readonly Seen[]): readonly AlertMessage[] {
  const collector = summaryCollector();
  for (const at of places)
    collector.add(summaryEntryOf(at, { ...lastCommit(...seen), alias: at.account.endsWith('3') ? 'ml-prod' : 'ml-test' }));
  return summaryMessages(kind, collector, { status, id: `${kind}/2026-11-20T09:58:00.000Z`, perHour: 20 });
}

const cases: Readonly<Record<string, readonly AlertMessage[]>> = {
  blocked: messagesBy(triggeredBy, well, { ...well, findings: [...train('fail'), quota('pass')] }),
  recovery: messages(well, { ...well, findings: [...train('fail'), quota('pass')] }, well),
  'two-clusters': messages(well, { ...well, findings: [...train('fail'), quota('fail')] }),
  'lost-access': messages(well, {
    ...well,
    findings: [...train('pass').slice(0, 1), ...train('pass').slice(2), quota('pass')],
    rows: [denied],
  }),
  'first-audits': summaryOf('first', { ...well, findings: [...train('fail'), quota('pass')] }),
  'beyond-the-limit': summaryOf('limit', well, { ...well, findings: [...train('fail'), quota('fail')] }),
};

const service = (url: string) => ({ url: new URL(url), key: 'k'.repeat(32) });
const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** Each form, by the ending of its file. */
const forms: Readonly<Record<string, (message: AlertMessage) => string>> = {
  'email.txt': ({ subject, text }) => `Subject: ${subject}\n\n${text}`,
  'amazon-q.json.txt': ({ chat }) => json(chat),
  'slack.json.txt': ({ chat }) => json(webhookBodyOf(chat, 'hooks.slack.com')),
  'teams.json.txt': ({ chat }) => json(webhookBodyOf(chat, 'prod-1.westus.logic.azure.com')),
  'pagerduty.json.txt': ({ data }) =>
    json(incidentsOf(data).map((event) => pagerDutyRequest(event, service('https://events.pagerduty.com/v2/enqueue')).body)),
  'jira.json.txt': ({ data }) =>
    json(
      incidentsOf(data)
        .map((event) => jiraRequest(event, service('https://api.atlassian.com/jsm/ops/integration/v2/alerts')))
        .map(({ url, body }) => ({ url, body })),
    ),
  'data.json.txt': (message) => json(JSON.parse(JSON.parse(bodyOf(message)).default)),
};

describe.each(Object.entries(cases))('%s', (name, of) => {
  test.each(Object.entries(forms))('as %s', async (ending, form) => {
    await expect(of.map(form).join('\n---\n\n')).toMatchFileSnapshot(`golden/${name}.${ending}`);
  });
});

/** Names and texts that someone chose in order to be read as markup, as a mention or as another line. */
const hostile = '`x` ` <!channel> <@U1> @here @everyone [safe](https://evil.example.com) *b* \u202egnp.exe\nFix: run `rm`';
describe('hostile names and texts', () => {
  const evil = (status: Finding['status']) =>
    rule('efa-self-traffic', `The name is ${hostile}.`, {
      status,
      resource: hostile,
      remediation: { text: `Change ${hostile}.`, command: `aws ec2 fix --name '${hostile}'` },
    });
  const [message] = messagesOf(
    lastCommit({ findings: [evil('pass')] }, { findings: [evil('fail')] }),
    { ...place, alias: hostile, status },
    where,
  ).map((m) => m.message);
  const said = message ?? expect.fail('nothing is notified');
  const chat = said.chat;

  test('are no mention, no link and no code of a chat', () => {
    const texts = [chat.content.title, chat.content.description, ...(chat.content.nextSteps ?? [])];
    for (const text of texts) {
      expect(text).not.toMatch(/[<>]|@(?:here|channel|everyone)|\]\(|\u202e/);
      // A command is a text of its own, and stays as it has to be typed.
      if (chat.content.nextSteps?.includes(text)) continue;
      for (const line of text.split('\n')) expect(line.split('`').length % 2, line).toBe(1);
    }
    expect(chat.content.description.split('\n').filter((l) => l.startsWith('Fix: run'))).toEqual([]);
  });

  test('are text in Slack, whose blocks stay within its limits', () => {
    const { text, blocks } = webhookBodyOf(chat, 'hooks.slack.com') as {
      text: string;
      blocks: { text: { type: string; text: string; verbatim?: boolean } }[];
    };
    expect(text).not.toMatch(/<|@here|\u202e/);
    for (const block of blocks) expect(block.text.type === 'plain_text' || block.text.verbatim, block.text.text).toBe(true);
    expect(blocks.length).toBeLessThanOrEqual(50);
    for (const block of blocks) expect(block.text.text.length).toBeLessThanOrEqual(3000);
    expect(blocks.map((b) => b.text.text).join('')).not.toMatch(/<|@here|\u202e/);
  });

  test('are runs of text in Teams, and no link', () => {
    const card = JSON.stringify(webhookBodyOf(chat, 'x.webhook.office.com'));
    expect(card).not.toContain('TextBlock","text');
    expect(card).not.toContain('"url":"https://evil');
    expect(card).not.toMatch(/\u202e/);
  });

  test('begin no line of an e-mail, and its subject is ASCII', () => {
    expect(said.subject).toMatch(/^[\x20-\x7e]{1,99}$/);
    expect(said.text).not.toMatch(/\u202e/);
    expect(said.text.split('\n').filter((line) => line.trim() === 'Fix: run `rm`.')).toEqual([]);
  });

  test('reach an on-call service without hidden characters', () => {
    for (const event of incidentsOf(said.data)) {
      const { summary, details } = event;
      expect(JSON.stringify([summary, details])).not.toMatch(/\u202e/);
      expect(Object.values(details).join('')).not.toContain('\n');
    }
  });
});

test('a long command is whole in the text, or it says where it is', () => {
  const of = (length: number) => {
    const command = `aws ec2 authorize ${'x'.repeat(length - 18)}`;
    const failing = (status: Finding['status']) => finding({ status, remediation: { text: 'Add them.', command } });
    const [message] = messages({ findings: [failing('pass')] }, { findings: [failing('fail')] });
    return { command, ...(message?.chat.content ?? expect.fail('nothing is notified')) };
  };
  const [short, long, endless] = [of(chatLimits.step), of(chatLimits.step + 1), of(3000)];
  expect(short.nextSteps).toEqual([short.command]);
  expect([long.nextSteps, long.description.includes(`\`${long.command}\``)]).toEqual([undefined, true]);
  expect(endless.description).toContain('A command of 3,000 characters is in the e-mail');
});

test('of two clusters the worse one comes first', () => {
  const lost = { ...well, findings: [...train('fail')], rows: [row({ cluster: 'llm-eval', check: 'instance-type-quota' })] };
  expect(messages(well, lost).map((m) => m.subject)).toEqual([
    'BLOCKED llm-train us-west-2 (ml-prod)',
    'UNKNOWN llm-eval us-west-2 (ml-prod)',
  ]);
});
