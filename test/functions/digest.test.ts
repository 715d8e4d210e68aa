import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isNotified } from '../../shared/core/alerts/alert-selection.ts';
import type { RegionResult } from '../../shared/core/evaluation/finding.ts';
import { carryOver } from '../../shared/core/history/carry-over.ts';
import { diff } from '../../shared/core/history/drift.ts';
import { emptyPlan } from '../../shared/core/plan/plan.ts';
import { finding, firstRules, newRulesOf, planned, result, row } from '../core/results.ts';
import { account, alertTopic, type Deployment, deploy, home, storyPlan, tick } from './deployment.ts';

let d: Deployment;
beforeEach(async () => {
  d = await deploy(storyPlan({ alerts: {} }));
});
afterEach(() => d.close());

const save = (at: string, seen: RegionResult, region: string, rules = firstRules) => {
  d.at(at);
  const audit = { account, region, auditId: at, factsAt: at, planHash: 'p', toolVersion: '1.0.0', rules, alias: 'ml-prod' };
  return d.table.save(audit, (previous) => {
    const changes = diff(previous, { ...seen, region }, at, audit);
    return { result: carryOver(previous, { ...seen, region }, at), changes, notify: changes.some(isNotified) };
  });
};
const status = 'npx --no-install hyperpod-auditor readiness --stack HyperPodAuditor --stack-region us-west-2';
const digest = async (at = '2026-11-30T08:00:00.000Z') => {
  d.at(at);
  await d.run('digest', tick(at, 'digest'));
  return d.published().at(-1) ?? expect.fail('nothing was published');
};

describe('the weekly digest', () => {
  test('says readiness, open failures, coverage, what was not audited, and that the auditor lives', async () => {
    const muted = { reason: 'known', owner: 'ml', until: '2026-12-31' };
    await save('2026-11-30T07:30:00.000Z', result({ findings: [finding({ status: 'fail' })], rows: [row({ check: 'fsx-ports' })] }), home);
    const sick = [
      finding({ status: 'fail', level: 'recommended' }),
      finding({ status: 'fail', level: 'recommended', resource: 'sg-2', muted }),
    ];
    await save('2026-11-30T01:00:00.000Z', result({ findings: sick }), 'us-east-1');
    await d.marks.saveRoutes({
      at: '2026-11-30T07:00:00.000Z',
      broken: [{ topic: 'alerts', topicArn: alertTopic, protocol: 'email', endpoint: 'c@example.com', state: 'pending' }],
      weak: [{ topic: 'operations', protocol: 'email', endpoint: 'a@example.com' }],
    });
    const said = await digest();
    expect(said.subject).toBe('1 BLOCKED, 3 UNKNOWN; 2 not audited: HyperPod weekly');
    expect(said.attributes).toEqual({ account, region: home, level: 'required', kind: 'digest', readiness: 'BLOCKED' });
    expect(said.email.split('\n')).toEqual([
      'Weekly status, 2026-11-30 08:00 UTC.',
      '',
      '3 regions in 1 account: 2 audited, 2 not in time.',
      'Clusters: 1 BLOCKED, 3 UNKNOWN.',
      'Open failures: 1 required, 1 recommended, 0 advice, and 1 muted.',
      'Coverage: 3 results, 1 not evaluated (1 required).',
      '2 alerts could not be delivered yet and will be sent again.',
      '1 e-mail route can be ended by anyone who has one of its mails: `npx --no-install hyperpod-auditor readiness --stack HyperPodAuditor --stack-region us-west-2` says which.',
      '',
      'NOT READY',
      '- BLOCKED: llm-train in ml-prod us-west-2, since 2026-11-30 07:30 UTC',
      '- UNKNOWN: llm-train in ml-prod us-east-1, last seen 2026-11-30 01:00 UTC',
      '- UNKNOWN: llm-train-east in ml-prod us-east-1, never audited',
      `- UNKNOWN: eval-next in ${account} eu-north-1, never audited`,
      '',
      'NOT EVALUATED',
      '- ml-prod us-west-2: 1 of 2 evaluated, 1 of the others required',
      '',
      'NOT AUDITED IN TIME',
      '- ml-prod us-east-1: last audited 2026-11-30 01:00 UTC',
      `- ${account} eu-north-1: never audited`,
      '',
      'ALERTS THAT REACH NO ONE',
      "- e-mail to c@example.com, for alerts: never confirmed. The recipient passes the link of the first message to `npx --no-install hyperpod-auditor alert confirm 'LINK'`.",
      '  A link is valid for two days. To send a new one:',
      `  $ aws sns subscribe --region us-west-2 --topic-arn ${alertTopic} --protocol email --notification-endpoint c@example.com`,
      '',
      'Weekly heartbeat: the auditor is running.',
      `Current status of all regions, with credentials of account ${account}:`,
      `$ ${status}`,
      '',
    ]);
    const chat = d.chats().at(-1)?.content.description;
    expect(chat).toContain('Open failures: 1 required');
    expect(chat?.split('\n').at(-1)).toBe(`Current status of all regions, with credentials of account ${account}: \`${status}\``);
    expect(d.lines.find((l) => l.message === 'digest')).toMatchObject({ places: 3, late: 2 });
  });

  test('counts the open failures of regions that an earlier version audited last, which did not count them', async () => {
    await save('2026-11-30T07:30:00.000Z', result({ findings: [finding({ status: 'fail' })] }), home);
    await d.dynamo.store.update({ pk: `${account}#${home}`, sk: 'HEAD' }, { remove: ['failures'] });
    expect((await digest()).email).toContain('Open failures: 1 required, 0 recommended, 0 advice.');
  });

  test('does not call READY what no one checked in time', async () => {
    await save('2026-11-30T01:00:00.000Z', result({ findings: [finding()] }), home);
    const said = await digest();
    expect(said.subject).toBe('3 UNKNOWN; 3 not audited: HyperPod weekly');
    expect(said.attributes.readiness).toBe('UNKNOWN');
    expect(said.data.readiness).toMatchObject([{ cluster: 'llm-train', state: 'UNKNOWN' }]);
    expect(said.email).toContain('- UNKNOWN: llm-train in ml-prod us-west-2, last seen 2026-11-30 01:00 UTC');
    expect(JSON.stringify(d.chats())).not.toMatch(/\d READY/);
  });

  test('names the clusters that became BLOCKED or UNKNOWN by new rules', async () => {
    const clusters = ['llm-a', 'llm-b'].map((cluster) => ({ ...planned, cluster }));
    await save('2026-11-30T06:30:00.000Z', result({ findings: clusters.map(({ cluster }) => finding({ cluster })), clusters }), home);
    const next = result({ findings: [finding({ cluster: 'llm-a', status: 'fail' })], rows: [row({ cluster: 'llm-b' })], clusters });
    const { changes } = await save('2026-11-30T07:30:00.000Z', next, home, newRulesOf('efa-self-traffic'));
    expect(new Set(changes.map((c) => c.cause))).toEqual(new Set(['auditor']));
    const { email, data } = await digest();
    expect(email).toContain('- BLOCKED: llm-a in ml-prod us-west-2, since 2026-11-30 07:30 UTC\n');
    expect(email).toContain('- UNKNOWN: llm-b in ml-prod us-west-2, since 2026-11-30 07:30 UTC\n');
    expect(data.readiness).toMatchObject([
      { cluster: 'llm-a', state: 'BLOCKED' },
      { cluster: 'llm-b', state: 'UNKNOWN' },
    ]);
  });

  test('of a schedule that rests at weekends is not late on Monday', async () => {
    d.setPlan(storyPlan({ alerts: {}, schedule: 'cron(0 8 ? * MON-FRI *)' }));
    await save('2026-11-27T08:00:00.000Z', result({ findings: [finding()] }), home);
    const subject = async (at: string) => (await digest(at)).subject;
    expect(await subject('2026-11-30T07:00:00.000Z')).toContain('1 READY');
    expect(await subject('2026-12-04T07:00:00.000Z')).toContain('3 UNKNOWN');
  });

  test('of a region that failed says why', async () => {
    await save('2026-11-30T07:30:00.000Z', { ...result({ state: 'failed', rows: [row()] }), reason: 'access denied' }, home);
    expect((await digest()).email).toContain('- ml-prod us-west-2: 0 of 1 evaluated, 1 of the others required; access denied');
  });

  test('leaves out what no one plans any more, and regions without HyperPod that no one named', async () => {
    await save('2026-11-30T07:30:00.000Z', result({ findings: [finding({ status: 'fail' })] }), 'ap-south-2');
    expect((await digest()).email).toContain('Open failures: 0 required');
    d.setPlan(emptyPlan);
    await save('2026-11-30T07:45:00.000Z', result({ clusters: [] }), home);
    expect((await digest()).email).toContain('1 region in 1 account: 1 audited, 0 not in time.');
  });

  test('says what the deployed plan probably does not mean, such as a mute that has expired', async () => {
    const mute = { check: 'vpc-dns', reason: 'known', owner: 'network team', until: '2026-11-29' };
    d.setPlan(storyPlan({ alerts: {}, mutes: [mute] }));
    await save('2026-11-30T07:30:00.000Z', result({ findings: [finding()] }), home);
    const line = 'mutes[0].until: expected a date from 2026-11-30 on, got 2026-11-29. The mute has expired and hides nothing.';
    const said = await digest();
    expect(said.email).toContain(`\nWARNINGS OF THE PLAN\n- ${line}\n`);
    expect(d.chats().at(-1)?.content.description).toContain(line);
    expect(d.lines.find((l) => l.message === 'digest')?.warnings).toMatchObject([{ code: 'mute-expired', path: 'mutes[0].until' }]);
    d.setPlan(storyPlan({ alerts: {}, mutes: [{ ...mute, until: '2026-11-30' }] }));
    expect((await digest('2026-11-30T09:00:00.000Z')).email).not.toContain('WARNINGS');
  });

  test('that the topic refuses fails, so that it comes again', async () => {
    d.stub.setFaults([{ on: 'sns:Publish', kind: 'refuse' }]);
    await expect(digest()).rejects.toThrow();
    expect(d.lines.at(-1)).toMatchObject({ level: 'error', message: 'failed' });
  });

  test.each([[null], [{ kind: 'schedule', at: '2026-11-30T08:00:00Z' }], [{ kind: 'digest', at: 'now' }]])(
    'an event that is not ours (%j) is refused',
    async (event) => {
      await expect(d.run('digest', event)).rejects.toThrow('The event is not one of ours: digest takes a time of its schedule');
      expect(d.stub.calls).toEqual([]);
    },
  );
});
