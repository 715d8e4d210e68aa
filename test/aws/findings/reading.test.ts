/** What is read from the table, page by page. */
import { describe, expect, test } from 'vitest';
import { finding, hour, result } from '../../core/results.ts';
import { after, before, fail, first, newPlace, save, second, tableOn, through } from './audited-table.ts';

describe('reading', () => {
  test('commits of a period, in pages, newest first', async () => {
    const place = newPlace();
    for (let n = 0; n < 6; n++) await save(tableOn(), place, { id: `a${n}`, at: hour(n), seen: n % 2 ? before : after });
    const seqs = async (from?: string, to?: string) =>
      (await tableOn().changesBetween(place, { ...(from && { from }), ...(to && { to }) })).items.map((c) => c.seq);
    expect(await seqs()).toEqual([6, 5, 4, 3, 2, 1]);
    expect(await seqs(hour(1), hour(3))).toEqual([4, 3, 2]);
    expect(await seqs(hour(4))).toEqual([6, 5]);
    expect(await seqs(undefined, hour(0))).toEqual([1]);
    const page = await tableOn().changesBetween(place, {}, { limit: 4 });
    expect(page.items.map((c) => c.seq)).toEqual([6, 5, 4, 3]);
    const rest = await tableOn().changesBetween(place, {}, { limit: 4, ...(page.cursor && { cursor: page.cursor }) });
    expect(rest.items.map((c) => c.seq)).toEqual([2, 1]);
    await expect(tableOn().changesBetween(place, {}, { cursor: 'bm9uc2Vuc2U' })).rejects.toThrow('is not the cursor of a page');
  });

  test('pending commits until they are confirmed, the oldest first', async () => {
    const place = newPlace();
    await save(
      tableOn(undefined, () => new Date('2026-11-20T08:01:00Z')),
      place,
      first,
    );
    await save(
      tableOn(undefined, () => new Date('2026-11-20T09:01:00Z')),
      place,
      second,
    );
    const mine = async () => (await tableOn().pendingCommits()).filter((c) => c.account === place.account);
    expect(await mine()).toEqual([
      { ...place, seq: 1, at: '2026-11-20T08:01:00.000Z' },
      { ...place, seq: 2, at: '2026-11-20T09:01:00.000Z' },
    ]);
    await tableOn().confirmNotified(place, 1);
    await tableOn().confirmNotified(place, 1);
    expect((await mine()).map((c) => c.seq)).toEqual([2]);
    expect(await tableOn().commit(place, 1)).toMatchObject({ seq: 1, auditId: 'first' });
    expect((await tableOn().commit(place, 1))?.pending).toBeUndefined();
    await tableOn().confirmNotified(place, 99);
    expect(await tableOn().commit(place, 99)).toBeUndefined();
  });

  test('open failures by level are counted, until they pass', async () => {
    const place = newPlace();
    const soft = fail({ resource: 'sg-9', level: 'recommended' });
    const advice = fail({ resource: 'sg-8', level: 'advice' });
    await save(tableOn(), place, {
      id: 'a',
      at: hour(8),
      seen: result({ findings: [fail(), finding({ resource: 'sg-2' }), soft, advice] }),
    });
    const counted = async () => (await tableOn().summaries([place]))[0]?.failures;
    expect(await counted()).toEqual({ required: 1, recommended: 1, advice: 1, muted: 0 });
    await save(tableOn(), place, { id: 'b', at: hour(9), seen: result({ findings: [finding(), finding({ resource: 'sg-2' })] }) });
    expect(await counted()).toEqual({ required: 0, recommended: 0, advice: 0, muted: 0 });
  });
});

test('other errors of the table are errors of the audit', async () => {
  const refusing = through(async (send, call) => {
    if (!call.isWrite) return send();
    throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
  });
  await expect(save(tableOn(refusing), newPlace(), first)).rejects.toThrow('Rate exceeded');
});
