/** Questions answered from a report's own data, with the filters of the endpoint: the views know no difference. */
import type { Page } from '../../../shared/query/page.ts';
import type { Report } from '../report-data.ts';
import type { Answers, Asked, QuestionName } from './questions.ts';

type Item = Readonly<Record<string, unknown>>;

/** Whether an item has a cluster of this name: in itself, or for readiness among its clusters. */
function hasCluster(item: Item, cluster: string): boolean {
  if (Array.isArray(item.clusters)) return item.clusters.some((c: { readonly cluster: string }) => c.cluster === cluster);
  return item.cluster === cluster || (item.of === 'readiness' && item.id === cluster);
}

/** The level that a change is about: before or after it. */
function levelsOf(item: Item): readonly unknown[] {
  const levelOf = (side: unknown) => (typeof side === 'object' && side !== null && 'level' in side ? side.level : undefined);
  return [item.level, levelOf(item.before), levelOf(item.after)];
}

const tests: { readonly [name: string]: (item: Item, value: string) => boolean } = {
  cluster: hasCluster,
  level: (item, value) => levelsOf(item).includes(value),
  open: (item, value) => String(item.open) === value,
  muted: (item, value) => String(item.muted !== undefined) === value,
  from: (item, value) => typeof item.factsAt === 'string' && item.factsAt >= value,
  to: (item, value) => typeof item.factsAt === 'string' && item.factsAt <= value,
};
const equal = (name: string) => (item: Item, value: string) => item[name] === value;

const pageSize = 200;

/** One page: items that pass every filter, in the report's order; the cursor is the position after the last. */
export function answerFrom<Q extends QuestionName>(report: Report, question: Q, asked: Asked): Page<Answers[Q]> {
  const { cursor = '0', limit = String(pageSize), ...filters } = asked;
  const wanted = Object.entries(filters).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [{ test: tests[name] ?? equal(name), value }],
  );
  const all = report[question] as readonly (Answers[Q] & Item)[];
  const found = all.filter((item) => wanted.every(({ test, value }) => test(item, value)));
  const from = Number(cursor);
  const to = from + Number(limit);
  return {
    items: found.slice(from, to),
    ...(to < found.length && { cursor: String(to) }),
    scanned: all.length,
    keys: [],
  };
}
