/** `GET /findings/{id}/history`: the history of one finding, the newest first. */
import * as z from 'zod/mini';
import { cursorAt, pageOf, positionIn } from './page.ts';
import { defaultPage, paging, parameter, required } from './parameters.ts';
import { numberPosition } from './positions.ts';
import { question } from './question.ts';
import { brief, cause, findingKind, list, time, triggerCall } from './response-schemas.ts';

export const historyEntry = () =>
  z.object({
    /** Number of the commit in the region's log. */
    commit: z.int(),
    auditId: z.string(),
    factsAt: time,
    kind: findingKind,
    cause,
    before: z.optional(brief),
    /** Absent when it is gone. */
    after: z.optional(brief),
    message: z.optional(z.string()),
    /** Recorded API calls that name the finding's resource. */
    changedBy: z.optional(list(triggerCall)),
  });

export type HistoryView = z.output<ReturnType<typeof historyEntry>>;

export const historyParameters = {
  id: required(parameter.id),
  account: required(parameter.account),
  region: required(parameter.region),
  ...paging,
} as const;

const path = '/findings/{id}/history';

export const history = question({
  name: 'history',
  path,
  summary: 'The history of one finding',
  description: 'The newest first, as long as the log is stored. The finding, with `account` and `region`, is the key.',
  parameters: historyParameters,
  result: () => pageOf(historyEntry()),
  async ask(asked, { table }) {
    const { id, account, region, limit = defaultPage } = asked;
    const before = positionIn(path, asked, numberPosition);
    const { items, cursor } = await table.historyOf({ account, region }, id, { limit, ...(before !== undefined && { before }) });
    // An entry that expired may stand where the page ends: the last one that is shown says just as well where to go on.
    const last = cursor === undefined ? undefined : items.at(-1)?.seq;
    return {
      items: items.map(({ seq, ...entry }) => ({ commit: seq, ...entry })),
      ...cursorAt(path, asked, last === undefined ? undefined : String(last)),
      scanned: items.length,
      keys: ['id', 'account', 'region'],
    };
  },
});
