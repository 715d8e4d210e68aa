/** Who made a change, from the event of EventBridge to what people and programs read. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChangeView } from '../../shared/query/changes.ts';
import type { HistoryView } from '../../shared/query/finding-history.ts';
import { drift } from '../../shared/sandbox/drift.ts';
import { storyAccount } from '../../shared/sandbox/story.ts';
import { identities, record } from '../core/events/cloudtrail.ts';
import { account, asked, change, commitsBorn, type Deployment, deploy, home, queued, requested, storyPlan } from './deployment.ts';
import { eventMistakes } from './event-schema.ts';

let d: Deployment;
beforeEach(async () => {
  d = await deploy(storyPlan({ alerts: { events: true } }));
  d.at('2026-11-24T07:00:00.000Z');
  await d.run('audit', queued(requested(home, 'schedule-1')));
});
afterEach(() => d.close());

const step = drift.find(({ name }) => name === 'efa-self-rule-removed') ?? expect.fail('no such step');
const groupId = storyAccount().accounts[account]?.regions[home]?.securityGroups.find((g) => g.GroupName === 'hyperpod')?.GroupId ?? '';

/** An API call at that time; the event comes half a minute later. */
const call = async (id: string, time: string, eventName: string, requestParameters: object, more: object = {}) => {
  d.at(new Date(Date.parse(time) + 30_000).toISOString());
  await d.run('dispatch', change(id, { detail: record('ec2.amazonaws.com', eventName, { eventTime: time, requestParameters, ...more }) }));
};
const revoke = (id: string, time: string, more: object = {}) => {
  d.sandbox.setDescription(step.apply(storyAccount()));
  return call(id, time, 'RevokeSecurityGroupIngress', { groupId, ipPermissions: {} }, more);
};
const auditAt = async (time: string, auditId: string) => {
  d.at(time);
  await d.run('audit', queued(requested(home, auditId)));
};
const answer = async <T>(address: string): Promise<readonly T[]> =>
  JSON.parse(Buffer.from((await d.run<{ readonly body: string }>('query', asked(address))).body, 'base64').toString()).items;

const named = {
  call: 'RevokeSecurityGroupIngress',
  service: 'ec2.amazonaws.com',
  actor: { kind: 'role', name: 'NetAdmin', session: 'alice' },
  at: '2026-11-24T08:02:10Z',
  resources: [groupId],
};

test('from the event through mark, audit and commit to log, answers, events and notification', async () => {
  // The state, so that later events are changes.
  await d.run('import', commitsBorn({ region: home, seq: 1 }));
  await call('e-1', '2026-11-24T08:01:00Z', 'ModifySubnetAttribute', { subnetId: 'subnet-0a1b2c3d' }, { userIdentity: identities.user });
  await revoke('e-2', '2026-11-24T08:02:10Z');
  expect(d.lines.findLast((l) => l.message === 'change')).toMatchObject({ actor: named.actor, audits: 0 });
  await auditAt('2026-11-24T08:03:00.000Z', 'change-e-1');

  const other = { call: 'ModifySubnetAttribute', actor: { kind: 'user', name: 'alice' }, resources: ['subnet-0a1b2c3d'] };
  const triggeredBy = { calls: [named, expect.objectContaining(other)] };
  const commit = await d.table.commit({ account, region: home }, 2);
  expect(commit?.triggeredBy).toEqual(triggeredBy);
  expect(d.lines.findLast((l) => l.message === 'audited')).toMatchObject({ commit: 2, triggeredBy });
  expect(await d.marks.triggers({ account, region: home })).toBeUndefined();

  const changes = (await answer<ChangeView>(`/changes?account=${account}&region=${home}`)).filter((c) => c.commit === 2);
  expect(changes.length).toBeGreaterThan(2);
  for (const c of changes) expect(c.triggeredBy).toEqual(triggeredBy);
  const broken = changes.find((c) => c.of === 'finding' && c.check === 'efa-self-traffic') ?? expect.fail('no change');
  expect(broken).toMatchObject({ changedBy: [named] });
  expect(changes.find((c) => c.of === 'readiness')).not.toHaveProperty('changedBy');
  const history = await answer<HistoryView>(`/findings/${encodeURIComponent(broken.id)}/history?account=${account}&region=${home}`);
  expect(history.map((h) => h.changedBy)).toEqual([[named], undefined]);

  await d.run('import', commitsBorn({ region: home, seq: 2 }));
  const entries = d.stub
    .of('events:PutEvents')
    .flatMap((p) => p.Entries as readonly { readonly Detail: string; readonly DetailType: string }[]);
  const published = entries
    .map((e) => ({ type: e.DetailType, detail: JSON.parse(e.Detail) }))
    .filter(({ detail }) => detail.commit.endsWith('/2'));
  expect(published.length).toBe(changes.length);
  for (const { type, detail } of published) {
    expect(eventMistakes(type, detail)).toEqual([]);
    expect(detail.triggeredBy).toEqual(triggeredBy);
  }
  expect(published.filter(({ detail }) => detail.change.changedBy !== undefined).map(({ detail }) => detail.change.check)).toContain(
    'efa-self-traffic',
  );

  await d.run('notify', commitsBorn({ region: home, seq: 2 }));
  const [said] = d.published();
  const who = `Changed by RevokeSecurityGroupIngress on ${groupId} by role NetAdmin (session alice), 08:02 UTC.`;
  expect(said?.email.replaceAll(/\s+/g, ' ')).toContain(`${who} Triggered by ModifySubnetAttribute by user alice, 08:01 UTC.`);
  expect(said?.data).toMatchObject({ triggeredBy });
  expect(said?.data.changes.find((c) => c.check === 'efa-self-traffic')).toMatchObject({ changedBy: [named] });
  expect(d.chats()[0]?.content.description).toContain('by role `NetAdmin` (session `alice`), 08:02 UTC.');
});

test('a schedule that comes before the audit of the change names it too, and hostile names reach nothing', async () => {
  const hostile = '\u202e<!channel>\n\u001b[2J${jndi:x}';
  const { role } = identities;
  const userIdentity = { ...role, arn: `${role.arn}${hostile}`, sessionContext: { sessionIssuer: { userName: hostile } } };
  await call('e-1', '2026-11-24T08:01:00Z', 'DeleteSubnet', { subnetId: hostile }, { userIdentity });
  await revoke(hostile, '2026-11-24T08:02:10Z', { userIdentity });
  await auditAt('2026-11-24T08:02:45.000Z', 'schedule-2');
  const commit = await d.table.commit({ account, region: home }, 2);
  expect(commit?.triggeredBy?.calls.map((c) => [c.call, c.actor])).toEqual([
    ['RevokeSecurityGroupIngress', undefined],
    ['DeleteSubnet', undefined],
  ]);
  expect(JSON.stringify(commit)).not.toMatch(/jndi|channel|u202e/);
  expect(JSON.stringify(d.lines)).not.toMatch(/jndi|channel/);
});
