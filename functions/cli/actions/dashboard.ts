/** `dashboard`: the findings as a page, on loopback, with the operator's own credentials, until Ctrl-C. */

import { plannedWithout } from '../../../shared/core/evaluation/scope.ts';
import type { Plan } from '../../../shared/core/plan/plan.ts';
import { type RegionReadinessView, readiness } from '../../../shared/query/readiness.ts';
import { pageWith } from '../../dashboard/build.ts';
import { lastViewedEndpoint } from '../../dashboard/last-viewed.ts';
import { loadPage } from '../../dashboard/page-file.ts';
import { unauditedNotice } from '../../dashboard/report.ts';
import { type Dashboard, startDashboard } from '../../dashboard/server.ts';
import { NoResultError } from '../../process/exit.ts';
import { currentIo, timestamp } from '../../process/io.ts';
import { emit } from '../../process/output.ts';
import { stackName, version } from '../../process/package.ts';
import { readPlan } from '../../process/plan-file.ts';
import { answerFit } from '../fit-answer.ts';
import { lastViewedFile } from '../last-viewed-file.ts';
import { type Ask, askingEachTime, isLocal, type SourceOptions, wholeAnswer, withQuestions } from '../questions.ts';
import { untilInterrupted } from '../until-interrupted.ts';

export interface DashboardCommand extends SourceOptions {
  readonly port?: number;
  /** Planned clusters of which nothing is stored are named on the page. */
  readonly plan?: string;
}

/** What the page says of planned clusters without a stored audit. */
async function unauditedIn(ask: Ask, plan: Plan): Promise<ReturnType<typeof unauditedNotice>> {
  const { items } = await wholeAnswer(readiness, {}, Number.POSITIVE_INFINITY, ask);
  return unauditedNotice(plannedWithout(plan, items as readonly RegionReadinessView[]));
}

/**
 * Serves what `ask` answers, and fits of the account that the options name. `from`: where the answers are from, as a
 * sentence; `lastViewed`: the file that stores when the operator last viewed it.
 */
export async function serveDashboard(
  ask: Ask,
  from: string,
  options: Pick<DashboardCommand, 'port' | 'plan' | 'profile' | 'sandbox'> & { readonly lastViewed: string },
): Promise<Dashboard> {
  const { port, plan, profile, sandbox } = options;
  const account = { ...(profile !== undefined && { profile }), ...(sandbox !== undefined && { sandbox }) };
  const about = { tool: `hyperpod-auditor ${version}`, at: timestamp(), from, live: true, leftOut: [] };
  const lastViewed = lastViewedEndpoint(options.lastViewed);
  const planned = plan === undefined ? undefined : readPlan(plan).plan;
  const page = pageWith(await loadPage(), { about: { ...about, ...(planned && { hasPlan: true }) } });
  try {
    return await startDashboard({
      page,
      answer: async (path, parameters) => {
        if (path === '/unaudited' && planned) return { status: 200, body: await unauditedIn(ask, planned) };
        if (path === '/fit') return answerFit(parameters, account);
        return path === '/looked' ? lastViewed.get() : ask(path, parameters.toString());
      },
      posts: { '/looked': lastViewed.post },
      ...(port !== undefined && { port }),
    });
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES'))
      throw new NoResultError(
        `Port ${port} cannot be served on (${error.code}); name another with --port, or leave it away for any free one.`,
        error,
      );
    throw error;
  }
}

/** Where the answers come from, as the page says it. */
export function sourceWords({ deployed, url, table, stack, sandbox }: SourceOptions): string {
  if (url !== undefined) return `Answers of ${url}.`;
  if (deployed) return `Answers of the stack ${stack ?? stackName}.`;
  if (table !== undefined) return `Findings of the table ${table}.`;
  if (stack !== undefined) return `Findings of the stack ${stack}.`;
  return sandbox ? 'Findings of the simulated account.' : 'Findings of this machine.';
}

async function serve(ask: Ask, options: DashboardCommand): Promise<number> {
  const served = await serveDashboard(ask, sourceWords(options), { ...options, lastViewed: lastViewedFile(options) });
  try {
    await emit(`${served.address}\n`);
    currentIo().stderr.write('The dashboard is at this address for you alone; Ctrl-C ends it.\n');
    await untilInterrupted();
    return 0;
  } finally {
    await served.close();
  }
}

export async function dashboard(options: DashboardCommand): Promise<number> {
  return isLocal(options) ? serve(askingEachTime(options), options) : withQuestions(options, (ask) => serve(ask, options));
}
