/** `dashboard`: the findings as a page, on loopback, with the operator's own credentials, until Ctrl-C. */
import { pageWith } from '../../dashboard/build.ts';
import { lookedIn } from '../../dashboard/looked.ts';
import { loadPage } from '../../dashboard/page-file.ts';
import { type Dashboard, startDashboard } from '../../dashboard/server.ts';
import { Ending } from '../ending.ts';
import { answerFit } from '../fit-answer.ts';
import { untilInterrupted } from '../interrupted.ts';
import { lookedFile } from '../looked-file.ts';
import { emit } from '../output.ts';
import { version } from '../package.ts';
import { type Ask, askingInTurn, isLocal, type SourceOptions, withQuestions } from '../questions.ts';

export interface DashboardCommand extends SourceOptions {
  readonly port?: number;
}

/**
 * Serves what `ask` answers, and fits of the account that the options name. `from`: where the answers are from, as a
 * sentence; `looked`: the file that keeps when the operator last looked.
 */
export async function serveDashboard(
  ask: Ask,
  from: string,
  options: Pick<DashboardCommand, 'port' | 'profile' | 'sandbox'> & { readonly looked: string },
): Promise<Dashboard> {
  const { port, profile, sandbox } = options;
  const account = { ...(profile !== undefined && { profile }), ...(sandbox !== undefined && { sandbox }) };
  const about = { tool: `hyperpod-auditor ${version}`, at: new Date().toISOString(), from, live: true, leftOut: [] };
  const looked = lookedIn(options.looked);
  const page = pageWith(await loadPage(), { about });
  try {
    return await startDashboard({
      page,
      answer: (path, parameters) => {
        if (path === '/fit') return answerFit(parameters, account);
        return path === '/looked' ? looked.get() : ask(path, parameters.toString());
      },
      posts: { '/looked': looked.post },
      ...(port !== undefined && { port }),
    });
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES'))
      throw new Ending(
        `Port ${port} cannot be served on (${error.code}); name another with --port, or leave it away for any free one.`,
        error,
      );
    throw error;
  }
}

/** Where the answers come from, as the page says it. */
export function sourceWords({ deployed, url, table, stack, sandbox }: SourceOptions): string {
  if (url !== undefined) return `Answers of ${url}.`;
  if (deployed) return `Answers of the stack ${stack ?? 'HyperPodAuditor'}.`;
  if (table !== undefined) return `Findings of the table ${table}.`;
  if (stack !== undefined) return `Findings of the stack ${stack}.`;
  return sandbox ? 'Findings of the simulated account.' : 'Findings of this machine.';
}

async function serve(ask: Ask, options: DashboardCommand): Promise<number> {
  const served = await serveDashboard(ask, sourceWords(options), { ...options, looked: lookedFile(options) });
  try {
    await emit(`${served.address}\n`);
    process.stderr.write('The dashboard is at this address for you alone; Ctrl-C ends it.\n');
    await untilInterrupted();
    return 0;
  } finally {
    await served.close();
  }
}

export async function dashboard(options: DashboardCommand): Promise<number> {
  if (!isLocal(options)) return withQuestions(options, (ask) => serve(ask, options));
  const ending = new AbortController();
  try {
    return await serve(askingInTurn(options, ending.signal), options);
  } finally {
    ending.abort();
  }
}
