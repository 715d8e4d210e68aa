/** The formats that are lists: CSV, JSON lines, OCSF and ASFF. Published schemas are held against them in test/emulator. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding, Result } from '../../../shared/core/evaluation/finding.ts';
import { asff, securityFinding } from '../../../shared/core/render/asff.ts';
import { csv } from '../../../shared/core/render/csv.ts';
import { jsonLines } from '../../../shared/core/render/jsonl.ts';
import { ocsf } from '../../../shared/core/render/ocsf.ts';
import { rowId, rowsOf } from '../../../shared/core/render/rows.ts';
import { result } from './result.ts';

const lines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** A result with one finding, by its difference from a plain one. */
const one = (change: Partial<Finding>): Result => ({
  ...result,
  accounts: [
    {
      account: '111122223333',
      auditedAt: '2026-11-20T08:00:00.000Z',
      regions: [
        {
          region: 'us-west-2',
          state: 'audited',
          coverage: { evaluated: 1, unevaluated: [] },
          readiness: [],
          findings: [
            {
              id: 'efa-self-traffic/llm/-/sg-1',
              check: 'efa-self-traffic',
              checkLevel: 'required',
              level: 'required',
              status: 'fail',
              resource: 'sg-1',
              title: 'EFA nodes talk to themselves',
              message: 'Group sg-1 misses its rule.',
              reference: 'https://example.com/efa',
              ...change,
            },
          ],
        },
      ],
    },
  ],
});

/** A reader of RFC 4180, as small as it can be. */
function readCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === '\r\n') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

test('every format has a row for every cluster, every finding, every case not evaluated and every region that was not audited', () => {
  const ids = rowsOf(result).map(rowId);
  expect(ids).toHaveLength(10);
  expect(new Set(ids).size).toBe(10);
  expect(ids).toContain('111122223333/us-west-2/readiness/llm-train/-/-');
  expect(ids).toContain('111122223333/ap-southeast-3/region');
  const [head = [], ...body] = readCsv(csv(result));
  expect(body.map((cells) => cells[head.indexOf('id')])).toEqual(ids);
  expect(lines(jsonLines(result)).map((line) => line.id)).toEqual(ids);
  expect(lines(ocsf(result)).map((event) => event.finding_info.uid)).toEqual(ids);
  expect(JSON.parse(asff(result)).map((f: { Id: string }) => f.Id)).toEqual(ids);
});

describe('CSV', () => {
  const cellsOf = (change: Partial<Finding>) => {
    const [head = [], body = []] = readCsv(csv(one(change)));
    return Object.fromEntries(head.map((name, n) => [name, body[n]]));
  };

  test('a shortfall has its numbers, its fix and its age', () => {
    const [head = [], ...body] = readCsv(csv(result));
    const row = body.find((cells) => cells[head.indexOf('check')] === 'instance-type-quota') ?? [];
    expect(Object.fromEntries(head.map((name, n) => [name, row[n]]))).toMatchObject({
      status: 'fail',
      level: 'required',
      have: '0',
      need: '4',
      unit: 'instances',
      short_by: '4',
      since: '2026-11-18T07:00:00.000Z',
      message: 'The quota is 0 & "4" are <needed>.',
      command: 'aws service-quotas request',
    });
  });

  test.each([
    [
      'what could not be judged',
      'fsx-ports',
      { status: 'unevaluated', level: 'required', message: 'Not evaluated: access denied. Allow fsx:DescribeFileSystems.' },
    ],
    ['what is muted', 'efa-open-egress', { status: 'fail', muted: 'Muted until 2027-01-31 by network team: filtered by the firewall' }],
  ])('%s says so', (_, check, expected) => {
    const [head = [], ...body] = readCsv(csv(result));
    const row = body.find((cells) => cells[head.indexOf('check')] === check) ?? [];
    expect(Object.fromEntries(head.map((name, n) => [name, row[n]]))).toMatchObject(expected);
  });

  test('a region that was not audited is a row of its own', () => {
    expect(csv(result)).toContain('111122223333,ml-prod,ap-southeast-3,not-enabled,required,');
  });

  test.each(['=1+1', '+1', '-2', '@SUM(A1)', '\tx', '\rx'])('%j is no formula in a spreadsheet', (resource) => {
    expect(cellsOf({ resource }).resource).toBe(`'${resource}`);
  });

  test.each([';', '\t'])('%j, which parts cells in some countries, is quoted', (sign) => {
    expect(csv(one({ resource: `x${sign}=1+1` }))).toContain(`,"x${sign}=1+1",`);
  });

  test('whatever a text holds, it is read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(cellsOf({ message: `m ${text}` }).message).toBe(`m ${text}`);
      }),
    );
  });
});

describe('JSON lines', () => {
  test('keep every member of a finding and of a coverage row', () => {
    const all = lines(jsonLines(result));
    const finding = result.accounts[0]?.regions[0]?.findings[0];
    expect(all.find((line) => line.check === 'subnet-free-ips')).toEqual({
      ...finding,
      id: '111122223333/us-west-2/subnet-free-ips/llm-train/-/subnet-1',
      account: '111122223333',
      alias: 'ml-prod',
      region: 'us-west-2',
      at: '2026-11-20T08:00:00.000Z',
    });
    expect(all.find((line) => line.check === 'fsx-ports')).toMatchObject({ status: 'unevaluated', last: { status: 'pass' } });
    expect(all.find((line) => line.region === 'ap-southeast-3')).toMatchObject({ status: 'not-enabled' });
  });
});

describe('OCSF', () => {
  const event = (change: Partial<Finding>) => lines(ocsf(one(change)))[0];

  test.each<[string, Partial<Finding>, object]>([
    ['a required failure', {}, { severity_id: 4, status_id: 1, compliance: { status_id: 3 } }],
    ['a recommended failure', { level: 'recommended' }, { severity_id: 3, status_id: 1, compliance: { status_id: 2 } }],
    ['a pass', { status: 'pass' }, { severity_id: 1, status_id: 4, compliance: { status_id: 1 } }],
    [
      'a muted failure',
      { muted: { reason: 'r', owner: 'o', until: '2027-01-31' } },
      { severity_id: 4, status_id: 3, compliance: { status_id: 3 } },
    ],
    ['what is new', { since: '2026-11-20T08:00:00.000Z' }, { activity_id: 1, type_uid: 200301 }],
    ['what has been so before', { since: '2026-11-19T08:00:00.000Z' }, { activity_id: 2, type_uid: 200302 }],
  ])('%s', (_, change, expected) => {
    expect(event(change)).toMatchObject(expected);
  });

  test('what could not be judged is unknown, whatever it was before', () => {
    const unread = lines(ocsf(result)).find((e) => e.compliance.control === 'fsx-ports');
    expect(unread).toMatchObject({
      status_id: 1,
      severity_id: 4,
      compliance: { status_id: 0 },
      message: 'Not evaluated: access denied. Allow fsx:DescribeFileSystems. The last result, pass, is from 2026-11-18T08:00:00.000Z.',
    });
  });

  test('the fix is there while it fails', () => {
    const remediation = { text: 'Add the rule.', command: 'aws ec2 …', console: 'https://console.example.com' };
    expect(event({ remediation }).remediation).toEqual({
      desc: 'Add the rule.\naws ec2 …',
      references: ['https://example.com/efa', 'https://console.example.com'],
    });
    expect(event({ remediation, status: 'pass' }).remediation).toBeUndefined();
  });
});

describe('ASFF', () => {
  const finding = (change: Partial<Finding>) => JSON.parse(asff(one(change)))[0];

  test.each<[string, Partial<Finding>, object]>([
    [
      'a required failure',
      {},
      { Severity: { Label: 'HIGH' }, Compliance: { Status: 'FAILED' }, RecordState: 'ACTIVE', Workflow: { Status: 'NEW' } },
    ],
    [
      'a recommended failure',
      { level: 'recommended' },
      { Severity: { Label: 'MEDIUM' }, Compliance: { Status: 'WARNING' }, RecordState: 'ACTIVE' },
    ],
    ['a pass', { status: 'pass' }, { Severity: { Label: 'INFORMATIONAL' }, Compliance: { Status: 'PASSED' }, RecordState: 'ARCHIVED' }],
    [
      'a muted failure',
      { muted: { reason: 'r', owner: 'o', until: '2027-01-31' } },
      { RecordState: 'ACTIVE', Workflow: { Status: 'SUPPRESSED' } },
    ],
    [
      'a subnet',
      { resource: 'subnet-0abc' },
      {
        Resources: [
          { Type: 'AwsEc2Subnet', Id: 'arn:aws:ec2:us-west-2:111122223333:subnet/subnet-0abc', Partition: 'aws', Region: 'us-west-2' },
          { Type: 'AwsAccount', Id: 'AWS::::Account:111122223333' },
        ],
      },
    ],
    ['a role', { resource: 'arn:aws:iam::111122223333:role/x' }, { Resources: [{ Type: 'AwsIamRole' }, { Type: 'AwsAccount' }] }],
    ['a quota', { resource: 'ml.p5.48xlarge for cluster usage' }, { Resources: [{ Type: 'Other' }, { Type: 'AwsAccount' }] }],
  ])('%s', (_, change, expected) => {
    expect(finding(change)).toMatchObject(expected);
  });

  test('what could not be judged is active and NOT_AVAILABLE', () => {
    const unread = JSON.parse(asff(result)).find((f: { GeneratorId: string }) => f.GeneratorId === 'hyperpod-auditor/fsx-ports');
    expect(unread).toMatchObject({ RecordState: 'ACTIVE', Compliance: { Status: 'NOT_AVAILABLE' } });
  });

  test('the product is the account’s own, in the region of the hub and in its partition', () => {
    const [row] = rowsOf(one({}));
    if (!row) throw new Error('the fixture has a row');
    expect(securityFinding(row).ProductArn).toBe('arn:aws:securityhub:us-west-2:111122223333:product/111122223333/default');
    expect(securityFinding(row, { account: '999900001111', region: 'us-east-1' }).ProductArn).toBe(
      'arn:aws:securityhub:us-east-1:999900001111:product/999900001111/default',
    );
    expect(securityFinding({ ...row, region: 'us-gov-west-1' }).ProductArn).toMatch(/^arn:aws-us-gov:/);
  });

  test('what is longer than the format takes is cut, and ids stay apart', () => {
    const long = (end: string) =>
      finding({ id: `lifecycle-scripts/llm/-/${'a'.repeat(700)}${end}`, title: 't'.repeat(300), message: 'm'.repeat(2000) });
    const [a, b] = [long('1'), long('2')];
    expect(a.Id).toHaveLength(512);
    expect(a.Id).not.toBe(b.Id);
    expect(long('1').Id).toBe(a.Id);
    expect([a.Title.length, a.Description.length]).toEqual([256, 1024]);
  });
});
