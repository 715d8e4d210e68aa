/** From the log to the event bus, over the wire: every change once and in order, and nothing skipped. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultSettings } from '../../shared/aws/client/settings.ts';
import { type LocalStore, openMemoryStore } from '../../shared/aws/findings/local/local-store.ts';
import { type MarkersTable, markersTable } from '../../shared/aws/findings/markers.ts';
import type { FindingsTable } from '../../shared/aws/findings/table.ts';
import { batchesOf, publishedBus } from '../../shared/aws/messaging/published-bus.ts';
import type { RegionResult } from '../../shared/core/evaluation/finding.ts';
import type { ChangeDetail, PublishedEvent } from '../../shared/core/events/published-events.ts';
import { publishChanges } from '../../shared/workflows/publish-changes.ts';
import { type Stub, startStub } from '../aws/stub.ts';
import { finding, result } from '../core/results.ts';
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
  place = { account: String(300_000_000_000 + accounts), region: 'us-west-2' };
  stub.forgetCalls();
  stub.setFaults([]);
  stub.setRefusedEntries(() => false);
});

const audited = (n: number, seen: RegionResult) => saveAudit(local.table, place, n, seen);

function run(table: Pick<FindingsTable, 'commit' | 'currentState'> = local.table): Promise<number> {
  const credentials = { accessKeyId: place.account, secretAccessKey: 'stub' };
  const bus = publishedBus('published', { ...defaultSettings, homeRegion: 'us-east-1', endpoint: stub.endpoint, credentials });
  return publishChanges(place, { table, marks, bus });
}

interface Entry {
  readonly EventBusName: string;
  readonly Detail: string;
}
/** `number kind resource` of each event that the bus got since the last look. */
function published(): readonly string[] {
  const entries = stub.of('events:PutEvents').flatMap((input) => input.Entries as readonly Entry[]);
  stub.forgetCalls();
  return entries.map(({ EventBusName, Detail }) => {
    expect(EventBusName).toBe('published');
    const { commit, change }: ChangeDetail = JSON.parse(Detail);
    return `${commit.split('/')[2]} ${change.kind} ${change.resource ?? change.cluster}`;
  });
}

const bad = (resource: string) => finding({ resource, status: 'fail' });
const good = (resource: string) => finding({ resource });

describe('the bus gets', () => {
  test('of nothing before the first audit', async () => {
    expect(await run()).toBe(0);
    expect(stub.calls).toEqual([]);
  });

  test('first how the region is, then each change of each commit, and each once', async () => {
    await audited(1, result({ findings: [good('sg-1'), bad('sg-2')] }));
    expect(await run()).toBe(2);
    expect(published()).toEqual(['1 current llm-train', '1 current sg-2']);
    expect(await run()).toBe(0);

    await audited(2, result({ findings: [bad('sg-1'), bad('sg-2')] }));
    await audited(3, result({ findings: [good('sg-1'), good('sg-2')] }));
    expect(await run()).toBe(4);
    expect(published()).toEqual(['2 regressed sg-1', '3 recovered sg-1', '3 recovered sg-2', '3 recovered llm-train']);
    expect(await run()).toBe(0);
    expect(stub.calls).toEqual([]);
  });

  test('a commit again that it did not take whole, and what came before it not again', async () => {
    await audited(1, result({ findings: [good('sg-1')] }));
    await run();
    await audited(2, result({ findings: [bad('sg-1')] }));
    await audited(3, result({ findings: [good('sg-1')] }));
    published();
    stub.setFaults([{ on: 'events:*', kind: 'refuse', when: (input) => JSON.stringify(input).includes('recovered') }]);
    await expect(run()).rejects.toThrow(/The bus published did not take 2 of 2 events .*\/us-west-2\/3\/finding\/efa-self-traffic/);
    expect(published()).toEqual(['2 regressed sg-1', '2 regressed llm-train']);
    stub.setFaults([]);
    expect(await run()).toBe(2);
    expect(published()).toEqual(['3 recovered sg-1', '3 recovered llm-train']);
  });

  test('ten at a time, and single entries that it did not take once more', async () => {
    await audited(1, result({ findings: Array.from({ length: 24 }, (_, n) => bad(`sg-${n}`)) }));
    let refusals = 1;
    stub.setRefusedEntries((entry) => String(entry.Detail).includes('"resource":"sg-7"') && refusals-- > 0);
    expect(await run()).toBe(25);
    expect(
      stub
        .of('events:PutEvents')
        .map((i) => (i.Entries as readonly unknown[]).length)
        .toSorted(),
    ).toEqual([1, 10, 10, 5].toSorted());
  });

  test('in fewer at a time where they are large: the entries of a request are less than 256 KB', () => {
    const event = (size: number): PublishedEvent => ({
      source: 'hyperpod-auditor',
      detailType: 'HyperPod Finding Changed',
      detail: { id: 'ü'.repeat(size) } as ChangeDetail,
    });
    const sizes = (...of: readonly number[]) => batchesOf(of.map(event)).map((batch) => batch.length);
    expect(sizes(...Array<number>(25).fill(10))).toEqual([10, 10, 5]);
    expect(sizes(...Array<number>(5).fill(60_000))).toEqual([2, 2, 1]);
    expect(sizes(10, 130_000, 10, 10)).toEqual([1, 1, 2]);
    expect(sizes()).toEqual([]);
  });

  test('how the region is where commits are no longer kept', async () => {
    await audited(1, result({ findings: [good('sg-1')] }));
    await run();
    await audited(2, result({ findings: [bad('sg-1')] }));
    await audited(3, result({ findings: [bad('sg-1'), bad('sg-2')] }));
    published();
    const forgetful = {
      ...local.table,
      commit: async (at: typeof place, seq: number) => (seq === 2 ? undefined : local.table.commit(at, seq)),
    };
    await run(forgetful);
    expect(published()).toEqual(['3 current llm-train', '3 current sg-1', '3 current sg-2']);
  });

  test('by two at once: the mark does not move back', async () => {
    await marks.savePublished(place, 7);
    await marks.savePublished(place, 3);
    expect(await marks.published(place)).toBe(7);
  });
});
