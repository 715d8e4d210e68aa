/** `quota request`: the increases that the plan requires, shown, and sent only once the operator has confirmed. */

import { enabledRegions, regionsToAudit } from '../../../shared/aws/inventory/regions.ts';
import type { ResultSelection } from '../../../shared/core/evaluation/finding.ts';
import { describeSelection } from '../../../shared/core/evaluation/scope.ts';
import { type IncreaseOutcome, increasesExit, type RegionIncreases } from '../../../shared/core/quotas/quota-increase.ts';
import { increasesText, outcomeWords } from '../../../shared/core/render/quota-increase.ts';
import { selectionSentences } from '../../../shared/core/render/selection.ts';
import { count } from '../../../shared/core/render/words.ts';
import { jsonText } from '../../../shared/core/text/json.ts';
import { some } from '../../../shared/core/text/words.ts';
import { prepareIncreases, sendIncreases } from '../../../shared/workflows/request-quotas.ts';
import { NoResultError } from '../../process/exit.ts';
import { currentIo } from '../../process/io.ts';
import { emit } from '../../process/output.ts';
import { tool } from '../../process/package.ts';
import { sayWarnings, warningsOf } from '../../process/plan-file.ts';
import { askTerminal } from '../../process/prompt.ts';
import { type AwsOptions, type CommandTarget, onAws } from '../account-access.ts';
import { noteChange } from '../account-changes.ts';
import { screenOf } from '../screen.ts';

export interface QuotaRequestOptions extends AwsOptions {
  readonly format: 'text' | 'json';
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly color?: boolean;
}

/** The regions that are asked for; a planned one is among them even where it is not enabled. */
async function regionsOf({ selection, everyRegion, plan, settings }: CommandTarget): Promise<readonly string[]> {
  if (selection.regions) return selection.regions;
  const planned = await regionsToAudit(plan, settings);
  return everyRegion ? [...new Set([...planned, ...(await enabledRegions(settings))])] : planned;
}

/** The accounts of the plan that this command does not cover: it asks in the caller's own alone. */
function otherAccounts({ plan: { accounts }, identity: { account } }: CommandTarget): readonly string[] | 'organization' {
  if (accounts === undefined || accounts === 'organization') return accounts ?? [];
  if (accounts.includes(account)) return accounts.filter((id) => id !== account);
  throw new NoResultError(
    `The plan is for ${some(accounts)}, not for ${account}, whose credentials this runs with. Increases are requested with the credentials of the account they are for.`,
  );
}

/** What is not covered: other accounts of the plan, and what of it is outside `--region`. */
function remarks(others: readonly string[] | 'organization', selection: ResultSelection | undefined, account: string): readonly string[] {
  const rest = others === 'organization' ? ['the rest of the organization'] : others;
  return [
    ...(rest.length > 0
      ? [
          `Increases are requested in ${account} only, the account of the credentials. Other accounts of the plan are not covered: ${some(rest)}.`,
        ]
      : []),
    ...(selection ? selectionSentences(selection) : []),
  ];
}

/** The selection, as far as one was made. Only what is planned is known here. */
function selectionIn({ plan, selection, identity }: CommandTarget): ResultSelection | undefined {
  const found = plan.clusters.filter((c) => selection.regions?.includes(c.region) ?? true).map((c) => c.request.ClusterName);
  return describeSelection(selection, { plan, accounts: [identity.account], found });
}

/** Asks on the terminal. Anything but a yes is a no. */
const confirmed = async (question: string): Promise<boolean> =>
  /^y(es)?$/i.test(await askTerminal(`${question} [y/N] `, { input: currentIo().stdin, output: currentIo().stderr as NodeJS.WriteStream }));

const nameOf = ({ identity: { account, alias } }: CommandTarget): string => (alias === undefined ? account : `${alias} (${account})`);

/** Whether to send: as `--yes` or the operator says. Without either there is no one to ask. */
async function mayBeSent(target: CommandTarget, toSend: number, { yes, dryRun }: QuotaRequestOptions): Promise<boolean> {
  if (toSend === 0 || dryRun) return false;
  if (yes) return true;
  const requests = count(toSend, 'request');
  if (!currentIo().stdin.isTTY || !currentIo().stderr.isTTY)
    throw new NoResultError(
      `${requests} would be sent to AWS, but stdin is no terminal to confirm on. --yes sends without confirmation, --dry-run only shows.`,
    );
  return confirmed(`Send ${requests} to AWS in account ${nameOf(target)}?`);
}

export async function requestQuotas(options: QuotaRequestOptions): Promise<number> {
  const screen = screenOf({ ...options, file: options.output !== undefined });
  const { progress } = screen;
  const json = options.format === 'json';
  return onAws(options, progress, async (target) => {
    const { identity, plan, settings } = target;
    sayWarnings(warningsOf(target));
    const others = otherAccounts(target);
    const selection = selectionIn(target);
    const notCovered = remarks(others, selection, identity.account);
    progress.now('looking up regions …');
    const regions = await regionsOf(target);
    const prepared: readonly RegionIncreases[] = await prepareIncreases(
      {
        identity,
        plan,
        regions,
        onProgress: ({ region, what, finished, done, total }) =>
          progress[finished ? 'say' : 'now'](`[${done}/${total}] ${region}: ${what}`),
      },
      settings,
    );
    progress.end();
    const shown = [increasesText(nameOf(target), prepared, screen), ...notCovered.map((sentence) => `${sentence}\n`)].join('\n');
    // The list stands before the question; what is machine-readable comes whole at the end.
    if (!json && options.output === undefined) await emit(`${shown}\n`);
    const toSend = prepared.flatMap((r) => r.increases).filter((i) => i.decision.do === 'send').length;
    const outcomes: IncreaseOutcome[] = [];
    const lines: string[] = [];
    const say = async (line: string) => {
      lines.push(`${line}\n`);
      if (!json && options.output === undefined) await emit(`${line}\n`);
    };
    if (await mayBeSent(target, toSend, options)) {
      await sendIncreases(prepared, settings, async (outcome) => {
        outcomes.push(outcome);
        if (outcome.result === 'sent')
          noteChange(`request ${outcome.id} to raise "${outcome.increase.name}" in ${outcome.increase.region} was sent`);
        await say(outcomeWords(outcome));
      });
    } else if (toSend > 0) await say('Nothing was sent.');
    if (!json && options.output !== undefined) await emit(`${shown}\n${lines.join('')}`, options.output);
    if (json)
      await emit(
        `${jsonText({ schemaVersion: 1, tool, account: identity.account, otherAccounts: others, ...(selection && { selection }), regions: prepared, outcomes }, 2)}\n`,
        options.output,
      );
    const code = increasesExit(prepared, outcomes);
    return code === 0 && selection && selection.unanswered.length > 0 ? 2 : code;
  });
}
