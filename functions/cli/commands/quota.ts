/** `quota request`: the increases that the plan lacks, shown, and sent only on the operator's word. */
import { enabledRegions, regionsToAudit } from '../../../shared/aws/regions.ts';
import { increasesExit, type Outcome, type RegionIncreases } from '../../../shared/core/quota-increase.ts';
import { increasesText, outcomeWords } from '../../../shared/core/render/quota-increase.ts';
import { count } from '../../../shared/core/render/words.ts';
import { prepareIncreases, sendIncreases } from '../../../shared/request-quotas.ts';
import { askTerminal } from '../ask-terminal.ts';
import { type AwsOptions, onAws, type Target } from '../aws.ts';
import { noteChange } from '../changed.ts';
import { Ending } from '../ending.ts';
import { emit } from '../output.ts';
import { tool } from '../package.ts';
import { screenOf } from '../screen.ts';

export interface QuotaRequestOptions extends AwsOptions {
  readonly format: 'text' | 'json';
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly color?: boolean;
}

const regionsOf = ({ only, plan, settings }: Target): Promise<readonly string[]> | readonly string[] => {
  if (only && !only.includes('all')) return only;
  return only ? enabledRegions(settings) : regionsToAudit(plan, settings);
};

/** Asks on the terminal. Anything but a yes is a no. */
const confirmed = async (question: string): Promise<boolean> =>
  /^y(es)?$/i.test(await askTerminal(`${question} [y/N] `, { input: process.stdin, output: process.stderr }));

const nameOf = ({ identity: { account, alias } }: Target): string => (alias === undefined ? account : `${alias} (${account})`);

/** Whether to send: as `--yes` or the operator says. Without either there is nobody to ask. */
async function allowed(target: Target, wanted: number, { yes, dryRun }: QuotaRequestOptions): Promise<boolean> {
  if (wanted === 0 || dryRun) return false;
  if (yes) return true;
  const requests = count(wanted, 'request');
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new Ending(
      `${requests} would be sent to AWS, but there is no terminal to confirm on; --yes sends without asking, --dry-run only shows.`,
    );
  return confirmed(`Send ${requests} to AWS in account ${nameOf(target)}?`);
}

export async function requestQuotas(options: QuotaRequestOptions): Promise<number> {
  const screen = screenOf({ ...options, file: options.output !== undefined });
  const { progress } = screen;
  const json = options.format === 'json';
  return onAws(options, progress, async (target) => {
    const { identity, plan, settings } = target;
    if (plan.accounts !== undefined)
      progress.say(`The plan names accounts; increases are asked for in ${identity.account} alone, by whose credentials this runs.`);
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
    const shown = increasesText(nameOf(target), prepared, screen);
    // The list stands before the question; what is machine-readable comes whole at the end.
    if (!json && options.output === undefined) await emit(`${shown}\n`);
    const wanted = prepared.flatMap((r) => r.increases).filter((i) => i.decision.do === 'send').length;
    const outcomes: Outcome[] = [];
    const lines: string[] = [];
    const say = async (line: string) => {
      lines.push(`${line}\n`);
      if (!json && options.output === undefined) await emit(`${line}\n`);
    };
    if (await allowed(target, wanted, options)) {
      await sendIncreases(prepared, settings, async (outcome) => {
        outcomes.push(outcome);
        if (outcome.result === 'sent')
          noteChange(`request ${outcome.id} to raise "${outcome.increase.name}" in ${outcome.increase.region} was sent`);
        await say(outcomeWords(outcome));
      });
    } else if (wanted > 0) await say('Nothing was sent.');
    if (!json && options.output !== undefined) await emit(`${shown}\n${lines.join('')}`, options.output);
    if (json)
      await emit(
        `${JSON.stringify({ schemaVersion: 1, tool, account: identity.account, regions: prepared, outcomes }, null, 2)}\n`,
        options.output,
      );
    return increasesExit(prepared, outcomes);
  });
}
