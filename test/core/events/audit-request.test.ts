import { expect, test } from 'vitest';
import { auditRequestOf, changeId, isChangeId, scheduledId } from '../../../shared/core/events/audit-request.ts';

const detail = { account: '111122223333', region: 'us-west-2', auditId: 'schedule-1' };
const event = (more: object = {}) => ({
  source: 'hyperpod-auditor',
  'detail-type': 'AuditRequested',
  time: '2026-11-24T08:00:00Z',
  detail,
  ...more,
});
const withDetail = (more: object) => event({ detail: { ...detail, ...more } });

test('an event is a request', () => {
  expect(auditRequestOf(event())).toEqual(detail);
});

test('a request of an earlier version, which waits in the queue, is one as well', () => {
  expect(auditRequestOf(withDetail({ delaySeconds: 1100 }))).toEqual(detail);
});

test.each(['us-gov-west-1', 'cn-north-1', 'ap-southeast-12', 'isof-south-1'])('%s has the shape of a region', (region) => {
  expect(auditRequestOf(withDetail({ region }))).toMatchObject({ region });
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['text', 'x'],
  ['a function', Object.assign(() => 0, event())],
  ['an event of another source', event({ source: 'aws.ec2' })],
  ['an event of another type', event({ 'detail-type': 'AuditDone' })],
  ['no detail', event({ detail: undefined })],
  ['a detail of null', event({ detail: null })],
  ['a detail of text', event({ detail: 'x' })],
  ['no time', event({ time: undefined })],
  ['a number as time', event({ time: 0 })],
  ['a time that is none', event({ time: 'soon' })],
  ['no account', withDetail({ account: undefined })],
  ['a number as account', withDetail({ account: 111122223333 })],
  ['an account with a prefix', withDetail({ account: '0111122223333' })],
  ['an account with a suffix', withDetail({ account: '111122223333x' })],
  ['no region', withDetail({ region: undefined })],
  ['a list of regions', withDetail({ region: ['us-west-2'] })],
  ['a region with a prefix', withDetail({ region: '#us-west-2' })],
  ['a region with a suffix', withDetail({ region: 'us-west-2#' })],
  ['a region of one part', withDetail({ region: 'us-2' })],
  ['no id', withDetail({ auditId: undefined })],
  ['a number as id', withDetail({ auditId: 1 })],
  ['an empty id', withDetail({ auditId: '' })],
])('%s is no request', (_, value) => {
  expect(auditRequestOf(value)).toBeUndefined();
});

test('the id of an audit says what asked for it', () => {
  expect(scheduledId('2026-11-24T08:00:00Z')).toBe('schedule-2026-11-24T08:00:00Z');
  expect(changeId('e-1')).toBe('change-e-1');
  expect(['change-e-1', 'schedule-x', 'x-change-'].map(isChangeId)).toEqual([true, false, false]);
});
