/** What `npm start` shows: a simulated account audited, drifting, and audited again, all through the real AWS calls. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defaultSettings } from '../../../shared/aws/client/settings.ts';
import { identify } from '../../../shared/aws/credentials/identity.ts';
import type { Alert } from '../../../shared/core/alerts/alert.ts';
import { messagesOf } from '../../../shared/core/alerts/commit-messages.ts';
import { terminal } from '../../../shared/core/render/terminal.ts';
import { ownCommand, ownExample } from '../../../shared/core/text/own-command.ts';
import { drift } from '../../../shared/sandbox/drift.ts';
import { type Sandbox, startSandbox } from '../../../shared/sandbox/server.ts';
import { storyAccount } from '../../../shared/sandbox/story.ts';
import { currentIo } from '../../process/io.ts';
import { emit } from '../../process/output.ts';
import { readPlan } from '../../process/plan-file.ts';
import { type CommandTarget, sandboxPlan, sandboxSettings } from '../account-access.ts';
import { type AppendedCommit, auditAccounts } from '../audit-accounts.ts';
import type { AuditTable } from '../audit-store.ts';
import { withDatabase } from '../database.ts';
import { type Ask, askingDatabase } from '../questions.ts';
import { htmlReport } from '../report.ts';
import { type CommandScreen, screenOf } from '../screen.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { serveDashboard } from './dashboard.ts';

export interface TourOptions {
  /** Serve the dashboard at the end also without a terminal. */
  readonly serve?: boolean;
  /** File of the report. */
  readonly report: string;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

const heading = (screen: CommandScreen, text: string): string =>
  `${screen.paint('bold', `━━ ${text} ${'━'.repeat(Math.max(0, screen.width - text.length - 4))}`)}\n`;

async function targetOn(sandbox: Sandbox): Promise<CommandTarget> {
  const settings = sandboxSettings(sandbox.endpoint, defaultSettings);
  return { ...readPlan(sandboxPlan), settings, identity: await identify(settings), selection: {}, everyRegion: false };
}

async function show(sandbox: Sandbox, folder: string, screen: CommandScreen, options: TourOptions): Promise<void> {
  const target = await targetOn(sandbox);
  const look = { paint: screen.paint, width: screen.width, level: 'advice' } as const;
  await withDatabase({ database: folder }, async (local) => {
    const { table } = local;
    await emit(heading(screen, 'A simulated account, audited for the first time'));
    const first = await auditAccounts(target, table, screen.progress);
    await emit(`\n${terminal(first.result, look)}\n`);

    await emit(`${heading(screen, 'Then the account drifts')}${drift.map((step) => `  ${step.region}  ${step.says}`).join('\n')}\n\n`);
    sandbox.setDescription(drift.reduce((account, step) => step.apply(account), storyAccount()));

    await emit(heading(screen, 'The next audit, and the alerts it sends'));
    const second = await auditAccounts(target, table, screen.progress);
    for (const { subject, text } of await alertsOf(second.appended, table))
      await emit(`\n${screen.paint('bold', `Subject: ${subject}`)}\n\n${text.trimEnd()}\n`);
    await emit(`\n${heading(screen, 'Now yours')}${next()}\n`);
    await lookAt(askingDatabase(local), target, join(folder, 'looked'), screen, options);
  });
}

/** The alerts of some commits, as the deployed auditor publishes them. */
async function alertsOf(appended: readonly AppendedCommit[], table: Pick<AuditTable, 'commit'>): Promise<readonly Alert[]> {
  const status = { command: ownCommand(['readiness'], { sandbox: true }) };
  const messages = await Promise.all(
    appended.map(async ({ account: { account, alias }, region, seq }) => {
      const commit = await table.commit({ account, region }, seq);
      return commit ? messagesOf(commit, { account, region, status, ...(alias !== undefined && { alias }) }, '') : [];
    }),
  );
  return messages.flat().map(({ message }) => message);
}

const from = 'Findings of the simulated account, audited twice.';

/** The findings as a page: in a file, and at a terminal served until Ctrl-C. */
async function lookAt(
  ask: Ask,
  { plan, identity }: CommandTarget,
  lastViewed: string,
  screen: CommandScreen,
  { report, serve }: TourOptions,
): Promise<void> {
  await emit(heading(screen, 'And to look at'));
  await emit(await htmlReport(ask, from, { plan, accounts: [identity.account] }), report);
  await emit(`  ${pathToFileURL(resolve(report)).href}\n`);
  if (!serve && !(currentIo().stdout.isTTY && currentIo().stdin.isTTY)) {
    await emit(`  ${ownCommand(['dashboard'], { sandbox: true })}   the same, served on loopback, after an audit --sandbox\n`);
    return;
  }
  const served = await serveDashboard(ask, from, { sandbox: true, lastViewed });
  try {
    await emit(`  ${served.address}\n  The second is served until Ctrl-C; the first stays and needs no server.\n`);
    await untilInterrupted();
  } finally {
    await served.close();
  }
}

/** What to try next, a command to copy and what it does. */
function next(): string {
  const rows = [
    ['audit --sandbox', 'the same account; the exit code shows the result'],
    ['init > my-plan.yaml', 'a plan to edit'],
    ['policy --plan my-plan.yaml', 'the least IAM policy it takes'],
    ['audit --plan my-plan.yaml', 'your account, read-only'],
  ] as const;
  const commands = rows.map(([args]) => ownExample(args));
  const width = Math.max(...commands.map((command) => command.length));
  return rows.map(([, says], n) => `  ${(commands[n] ?? '').padEnd(width)}   ${says}\n`).join('');
}

export async function tour(options: TourOptions): Promise<number> {
  const screen = screenOf(options);
  // A folder of its own, thrown away: the tour's second audit is the second one only without those of an earlier tour.
  const folder = await mkdtemp(join(tmpdir(), 'hyperpod-auditor-'));
  const sandbox = await startSandbox();
  try {
    await show(sandbox, folder, screen, options);
    return 0;
  } finally {
    screen.progress.end();
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  }
}
