/** Patterns of rules against the events that dispatch understands. */
import { expect, test } from 'vitest';
import { changeRules } from '../../infra/stacks/change-rules.ts';
import { changeCalls } from '../../shared/core/events/change-calls.ts';
import { changeEventOf, clusterEventTypes, trailTypes } from '../../shared/core/events/change-events.ts';
import { stack } from './world.ts';

interface Pattern {
  readonly [key: string]: readonly (string | { readonly exists: boolean })[] | Pattern;
}

/** EventBridge's matching, as far as these patterns go. */
function matches(pattern: Pattern, event: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(pattern).every(([key, accepted]) => {
    const value = event[key];
    if (!Array.isArray(accepted))
      return typeof value === 'object' && value !== null && matches(accepted as Pattern, value as Record<string, unknown>);
    return accepted.some((a) => (typeof a === 'string' ? a === value : a.exists === (value !== undefined)));
  });
}

const patterns = stack({})
  .of('AWS::Events::Rule')
  .filter((r) => r.Properties.EventBusName === undefined)
  .map((r) => r.Properties.EventPattern as Pattern);
const matched = (event: object) => patterns.filter((p) => matches(p, event as Record<string, unknown>)).length;

const trail = (eventSource: string, eventName: string, detail: object = {}) => ({
  id: 'e',
  account: '111122223333',
  region: 'us-west-2',
  time: '2026-11-24T08:00:00Z',
  source: `aws.${eventSource.split('.')[0]}`,
  'detail-type': 'AWS API Call via CloudTrail',
  detail: {
    eventSource,
    eventName,
    ...(eventSource.startsWith('ssm') && { requestParameters: { name: 'SSM-SessionManagerRunShell' } }),
    ...detail,
  },
});

test('every call that matters is matched by one rule, and dispatch understands it', () => {
  for (const [source, names] of Object.entries(changeCalls))
    for (const name of names) {
      const event = trail(source, name);
      expect(matched(event), name).toBe(1);
      expect(changeEventOf(event)).toMatchObject({ what: `${source} ${name}` });
    }
});

test('every type of event that dispatch understands has a rule', () => {
  const types = changeRules.flatMap(({ pattern }) => pattern.detailType ?? []);
  expect(new Set(types)).toEqual(new Set([...trailTypes, ...clusterEventTypes]));
});

test.each([
  ['a call that only reads', trail('ec2.amazonaws.com', 'DescribeSubnets')],
  ['a call that was refused', trail('ec2.amazonaws.com', 'DeleteSubnet', { errorCode: 'Client.DependencyViolation' })],
  ['another document of SSM', trail('ssm.amazonaws.com', 'UpdateDocument', { requestParameters: { name: 'My-Document' } })],
  ['a call of another service', trail('lambda.amazonaws.com', 'UpdateFunctionCode20150331v2')],
])('%s invokes nothing', (_, event) => {
  expect(matched(event)).toBe(0);
});

test.each([
  ['SageMaker HyperPod Cluster State Change', {}, 1],
  ['SageMaker HyperPod Cluster Node Health Event', {}, 1],
  ['SageMaker HyperPod Cluster Event', { EventDetails: { EventLevel: 'Error' } }, 1],
  ['SageMaker HyperPod Cluster Event', { EventDetails: { EventLevel: 'Info' } }, 0],
  ['SageMaker Training Job State Change', {}, 0],
])('%s %j: %i', (type, detail, rules) => {
  expect(matched({ source: 'aws.sagemaker', 'detail-type': type, detail })).toBe(rules);
});

test("AWS's own decision about a quota request is of another type and is matched too", () => {
  const event = {
    ...trail('servicequotas.amazonaws.com', 'UpdateServiceQuotaIncreaseRequestStatus'),
    'detail-type': 'AWS Service Event via CloudTrail',
  };
  expect(matched(event)).toBe(1);
});

test('no pattern is longer than EventBridge takes', () => {
  expect(patterns).toHaveLength(changeRules.length);
  for (const p of patterns) expect(JSON.stringify(p).length).toBeLessThanOrEqual(2048);
});
