/** What stands in a report: all of it, or what matters most and what was left out. */
import { expect, test } from 'vitest';
import { answerFrom } from '../../../functions/dashboard/page/answer-from.ts';
import { type AnswerSource, reportSource, withUnaudited } from '../../../functions/dashboard/page/source.ts';
import { type AskQuestion, gatherReport } from '../../../functions/dashboard/report.ts';
import { plannedWithout } from '../../../shared/core/evaluation/scope.ts';
import { finding, report } from '../../browser/report.ts';

const about = { tool: 'hyperpod-auditor 0.1.0', at: '2026-11-24T20:00:00.000Z', from: 'Here.' };
const asking =
  (data: ReturnType<typeof report>, asked: string[] = []): AskQuestion =>
  async (path, query) => {
    asked.push(`${path}?${query}`);
    return { status: 200, body: answerFrom(data, path.slice(1) as 'findings', Object.fromEntries(new URLSearchParams(query))) };
  };

test('all pages of every question, failures first', async () => {
  const data = report(450);
  const made = await gatherReport(asking(data), about);
  expect(made.findings.length).toBe(data.findings.length);
  expect(new Set(made.findings)).toEqual(new Set(data.findings));
  const rank = made.findings.map((f) => (f.open ? (f.level === 'required' ? 0 : 1) : 2));
  expect(rank).toEqual(rank.toSorted());
  expect({ ...made, findings: [], about: made.about }).toEqual({
    ...data,
    findings: [],
    about: { ...about, live: false, leftOut: [] },
  });
});

test('the same filters for every question', async () => {
  const asked: string[] = [];
  await gatherReport(asking(report(), asked), about, { account: '111122223333' });
  expect(asked.every((a) => a.includes('account=111122223333'))).toBe(true);
  expect(new Set(asked.map((a) => a.split('?')[0]))).toEqual(new Set(['/readiness', '/findings', '/changes', '/coverage', '/capacity']));
});

test('says where it had to stop, and stops at what passes', async () => {
  const data = report();
  const passes = Array.from({ length: 6000 }, (_, n) => finding(n, { id: `p-${n}`, status: 'pass', open: false }));
  const made = await gatherReport(asking({ ...data, findings: [...passes, ...data.findings] }), about);
  expect(made.findings.length).toBe(5000);
  expect(made.findings.filter((f) => f.open).length).toBe(data.findings.filter((f) => f.open).length);
  expect(made.about.leftOut).toEqual([
    { of: 'findings', words: 'The report stops after 5,000 findings; those that fail and are required come first.' },
  ]);
});

test('just as many as there is room for are not cut', async () => {
  const data = report();
  const more = Array.from({ length: 5000 - data.findings.length }, (_, n) => finding(n, { id: `f-${n}` }));
  expect((await gatherReport(asking({ ...data, findings: [...data.findings, ...more] }), about)).about.leftOut).toEqual([]);
});

test('planned clusters without a stored audit are named, so that the page gives no summary without them', async () => {
  const data = report();
  const plan = { clusters: [{ region: 'us-east-2', request: { ClusterName: 'llm-next' } }] };
  const made = await gatherReport(asking(data), about, {}, (rows) => plannedWithout(plan, rows, ['111122223333']));
  const words = '1 planned cluster has no stored audit and is UNKNOWN: llm-next in us-east-2 of 111122223333.';
  expect(made.about.leftOut).toEqual([{ of: 'readiness', words }]);
});

test('a live page asks for them with its token, and says where that failed', async () => {
  const live = { ...about, live: true, hasPlan: true, leftOut: [] };
  const source = (answer: () => Promise<unknown>): AnswerSource => ({
    ...reportSource({ ...report(), about: live }),
    unaudited: answer as never,
  });
  const notice = { of: 'readiness', words: '1 planned cluster has no stored audit and is UNKNOWN: x in us-east-2 of 111122223333.' };
  expect((await withUnaudited(source(async () => [notice]))).about.leftOut).toEqual([notice]);
  const failing = source(async () => {
    throw new Error('No audit is stored.');
  });
  expect((await withUnaudited(failing)).about.leftOut).toEqual([{ of: 'readiness', words: 'No audit is stored.' }]);
  const { unaudited: _, ...without } = failing;
  expect(await withUnaudited(without)).toBe(without);
});

test('a question that is refused ends it with the sentence of the problem', async () => {
  const refusing: AskQuestion = async () => ({
    status: 400,
    body: { type: 'urn:x', title: 'no', status: 400, detail: 'The table is of another kind.' },
  });
  await expect(gatherReport(refusing, about)).rejects.toThrow('The table is of another kind.');
});
