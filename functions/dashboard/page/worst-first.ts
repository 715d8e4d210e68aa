/**
 * Findings in the order in which they have to be fixed. A question is answered the newest first; asked part by part
 * it gives what is open, the strongest level first, then what passes or is muted.
 */
import { levels } from '../../../shared/core/evaluation/finding.ts';
import type { ResultPage } from '../../../shared/query/page.ts';
import type { QuestionParameters } from './questions.ts';

const parts: readonly QuestionParameters[] = [...levels.map((level) => ({ open: 'true', level })), { open: 'false' }];

/** The parts that filters leave. Filters that leave none are asked as they are: it is not ours to refuse them. */
function partsOf({ open, level, status, muted }: QuestionParameters): readonly QuestionParameters[] {
  const closed = status === 'pass' || muted === 'true';
  const left = parts.filter(
    (part) =>
      (!open || part.open === open) && (!level || part.level === undefined || part.level === level) && !(part.open === 'true' && closed),
  );
  return left.length > 0 ? left : [{}];
}

/** The same question in that order. A cursor says in which part it is, and where there. */
export const worstFirst =
  <T>(ask: (asked: QuestionParameters) => Promise<ResultPage<T>>): ((asked: QuestionParameters) => Promise<ResultPage<T>>) =>
  async ({ cursor = '0.', ...asked }) => {
    const asking = partsOf(asked);
    const [number, inside] = cursor.split('.');
    const part = Number(number);
    const page = await ask({ ...asked, ...asking[part], ...(inside !== '' && { cursor: inside }) });
    // What does not occur is in no part.
    if (page.known === false) return page;
    const next = page.cursor !== undefined ? `${part}.${page.cursor}` : part + 1 < asking.length ? `${part + 1}.` : undefined;
    return { ...page, cursor: next };
  };
