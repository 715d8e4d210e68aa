/** From the log to Security Hub, over the wire: what is imported, what is archived, and that nothing is skipped. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultSettings } from '../../shared/aws/client/settings.ts';
import { type LocalStore, openMemoryStore } from '../../shared/aws/findings/local/local-store.ts';
import { type MarkersTable, markersTable } from '../../shared/aws/findings/markers.ts';
import type { FindingsTable } from '../../shared/aws/findings/table.ts';
import { securityHub } from '../../shared/aws/messaging/security-hub.ts';
import type { RegionResult } from '../../shared/core/evaluation/finding.ts';
import type { SecurityFinding } from '../../shared/core/render/asff.ts';
import { importFindings } from '../../shared/workflows/import-findings.ts';
import { type Stub, startStub } from '../aws/stub.ts';
import { finding, result, row } from '../core/results.ts';
import { saveAudit } from './save-audit.ts';

let local: LocalStore;
let stub: Stub;
let marks: MarkersTable;
beforeAll(async () => {
  [local, stub] = await Promise.all([openMemoryStore(), startStub()]);
  marks = markersTable(local);
});
afterAll(async () => {
  local.close();
  await stub.close();
});

/** Each test has an account of its own. */
let accounts = 0;
let place = { account: '', region: 'us-west-2' };
beforeEach(() => {
  accounts += 1;
  place = { account: String(200_000_000_000 + accounts), region: 'us-west-2' };
  stub.forgetCalls();
  stub.setFaults([]);
  stub.setRefusedFindings(() => false);
});

/** The auditor's account, which is none of those that are audited here. */
const hubAccount = '999900001111';

const audited = (n: number, seen: RegionResult) => saveAudit(local.table, place, n, seen);

function run(table: Pick<FindingsTable, 'commit' | 'currentState'> = local.table): Promise<number> {
  const credentials = { accessKeyId: place.account, secretAccessKey: 'stub' };
  const hub = securityHub({ account: hubAccount, region: 'us-east-1' }, { ...defaultSettings, endpoint: stub.endpoint, credentials });
  return importFindings(place, { table, marks, hub });
}

const taken = (): readonly SecurityFinding[] =>
  stub.of('securityhub:BatchImportFindings').flatMap((input) => input.Findings as readonly SecurityFinding[]);
/** `check/resource state` of everything that was handed over since the last look. */
function imported(): readonly string[] {
  const words = taken().map(({ Id, RecordState, Compliance }) => {
    const [, , check, , , resource] = Id.split('/');
    return `${check}/${resource} ${RecordState} ${Compliance.Status}`;
  });
  stub.forgetCalls();
  return words.toSorted();
}

const bad = (resource: string, more = {}) => finding({ resource, status: 'fail', ...more });
const good = (resource: string) => finding({ resource });

describe('Security Hub receives', () => {
  test('of nothing before the first audit', async () => {
    expect(await run()).toBe(0);
    expect(stub.calls).toEqual([]);
  });

  test('first what fails or was not evaluated, then what changed, and each once', async () => {
    await audited(
      1,
      result({
        findings: [good('sg-1'), bad('sg-2'), bad('sg-3'), bad('sg-4', { level: 'recommended' })],
        rows: [row({ check: 'vpc-dns' })],
      }),
    );
    expect(await run()).toBe(4);
    expect(imported()).toEqual([
      'efa-self-traffic/sg-2 ACTIVE FAILED',
      'efa-self-traffic/sg-3 ACTIVE FAILED',
      'efa-self-traffic/sg-4 ACTIVE WARNING',
      'vpc-dns/- ACTIVE NOT_AVAILABLE',
    ]);
    expect(await run()).toBe(0);
    expect(stub.calls).toEqual([]);

    // sg-1 breaks, sg-2 recovers, sg-3 is gone, sg-4 stays, the coverage row is evaluated again, another passes from the first.
    await audited(2, result({ findings: [bad('sg-1'), good('sg-2'), bad('sg-4', { level: 'recommended' }), good('sg-5')] }));
    expect(await run()).toBe(4);
    expect(imported()).toEqual([
      'efa-self-traffic/sg-1 ACTIVE FAILED',
      'efa-self-traffic/sg-2 ARCHIVED PASSED',
      'efa-self-traffic/sg-3 ARCHIVED NOT_AVAILABLE',
      'vpc-dns/- ARCHIVED NOT_AVAILABLE',
    ]);
  });

  test('of several commits at once with the last word on each', async () => {
    await audited(1, result({ findings: [good('sg-1'), good('sg-2')] }));
    await run();
    await audited(2, result({ findings: [bad('sg-1'), bad('sg-2')] }));
    await audited(3, result({ findings: [good('sg-1'), bad('sg-2')] }));
    expect(await run()).toBe(2);
    expect(imported()).toEqual(['efa-self-traffic/sg-1 ARCHIVED PASSED', 'efa-self-traffic/sg-2 ACTIVE FAILED']);
  });

  test('again where it did not take something, and by whose product in which region', async () => {
    await audited(1, result({ findings: [bad('sg-1'), bad('sg-2')] }));
    stub.setRefusedFindings((id) => id.endsWith('sg-2'));
    await expect(run()).rejects.toThrow(
      `Security Hub in us-east-1 did not take 1 of 2 findings: ${place.account}/us-west-2/efa-self-traffic/llm-train/-/sg-2 (InvalidInput: the stub was set so).`,
    );
    stub.setFaults([{ on: 'securityhub:*', kind: 'refuse' }]);
    await expect(run()).rejects.toThrow();
    stub.setFaults([]);
    stub.setRefusedFindings(() => false);
    stub.forgetCalls();
    expect(await run()).toBe(2);
    expect(taken()[0]).toMatchObject({
      AwsAccountId: hubAccount,
      ProductArn: `arn:aws:securityhub:us-east-1:${hubAccount}:product/${hubAccount}/default`,
      Resources: [
        { Id: `arn:aws:ec2:us-west-2:${place.account}:security-group/sg-1` },
        { Type: 'AwsAccount', Id: `AWS::::Account:${place.account}` },
      ],
    });
  });

  test('a hundred at a time', async () => {
    await audited(1, result({ findings: Array.from({ length: 250 }, (_, n) => bad(`sg-${n}`)) }));
    expect(await run()).toBe(250);
    expect(stub.of('securityhub:BatchImportFindings').map((i) => (i.Findings as readonly unknown[]).length)).toEqual([100, 100, 50]);
  });

  test('of all that is wrong where commits are no longer kept', async () => {
    await audited(1, result({ findings: [bad('sg-1'), good('sg-2')] }));
    await run();
    imported();
    await audited(2, result({ findings: [bad('sg-1'), bad('sg-2')] }));
    await audited(3, result({ findings: [good('sg-1'), bad('sg-2')] }));
    const forgetful = {
      ...local.table,
      commit: async (at: typeof place, seq: number) => (seq === 2 ? undefined : local.table.commit(at, seq)),
    };
    await run(forgetful);
    expect(imported()).toEqual(['efa-self-traffic/sg-1 ARCHIVED PASSED', 'efa-self-traffic/sg-2 ACTIVE FAILED']);
  });

  test('by two at once: the mark does not move back', async () => {
    await audited(1, result({ findings: [bad('sg-1')] }));
    await run();
    await marks.saveImported(place, 7);
    await marks.saveImported(place, 3);
    expect(await marks.imported(place)).toBe(7);
  });
});
