import { describe, expect, test } from 'vitest';
import { changeCalls } from '../../../shared/core/events/change-calls.ts';
import { changeEventOf, clusterEventTypes } from '../../../shared/core/events/change-events.ts';

const event = (more: object = {}) => ({
  id: 'e-1',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.ec2',
  account: '111122223333',
  time: '2026-11-24T08:00:00Z',
  region: 'us-west-2',
  detail: { eventSource: 'ec2.amazonaws.com', eventName: 'DeleteSubnet' },
  ...more,
});

describe('a change', () => {
  test('is reported by its service and name', () => {
    expect(changeEventOf(event())).toEqual({
      id: 'e-1',
      account: '111122223333',
      region: 'us-west-2',
      at: '2026-11-24T08:00:00Z',
      everywhere: false,
      what: 'ec2.amazonaws.com DeleteSubnet',
    });
  });
  const all = Object.entries(changeCalls).flatMap(([eventSource, names]) => names.map((eventName) => ({ eventSource, eventName })));
  test.each(all)('$eventSource $eventName', (detail) => {
    expect(changeEventOf(event({ detail }))).toMatchObject({
      everywhere: detail.eventSource === 'iam.amazonaws.com' || detail.eventName === 'UpdateServiceQuotaIncreaseRequestStatus',
    });
  });
  test.each(clusterEventTypes)('%s', (type) => {
    expect(changeEventOf(event({ 'detail-type': type, source: 'aws.sagemaker', detail: {} }))).toMatchObject({ what: type });
  });
});

test.each([
  ['nothing', undefined],
  ['text', 'x'],
  ['a read call', event({ detail: { eventSource: 'ec2.amazonaws.com', eventName: 'DescribeVpcs' } })],
  ['a call of another service', event({ detail: { eventSource: 'fsx.amazonaws.com', eventName: 'DeleteSubnet' } })],
  ['a name that every object has', event({ detail: { eventSource: 'toString', eventName: 'length' } })],
  ['no detail', event({ detail: null })],
  ['another type', event({ 'detail-type': 'Scheduled Event' })],
  ['a cluster event that SageMaker did not send', event({ 'detail-type': clusterEventTypes[0], source: 'my.app' })],
  ['no id', event({ id: '' })],
  ['an account that is none', event({ account: '1#us-east-1' })],
  ['no account', event({ account: undefined })],
  ['an account with a prefix', event({ account: '#111122223333' })],
  ['an account with a suffix', event({ account: '111122223333#' })],
  ['no region', event({ region: undefined })],
  ['a number as region', event({ region: 2 })],
  ['no time', event({ time: undefined })],
  ['null', null],
  ['a time that is none', event({ time: 'soon' })],
])('%s is no change', (_, value) => {
  expect(changeEventOf(value)).toBeUndefined();
});
