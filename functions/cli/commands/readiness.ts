/** `readiness`: how things stand as the last audits left them, late ones first. Nothing of the account is audited for it. */
import { standingCode, standingData, standingText } from '../../../shared/core/render/standing.ts';
import { plannedPlaces } from '../../../shared/places.ts';
import { standingOf } from '../../../shared/standing.ts';
import { onAws } from '../aws.ts';
import { type KeptOptions, withFindings } from '../kept-findings.ts';
import { emit } from '../output.ts';
import { screenOf } from '../screen.ts';
import { type AskOptions, askReadiness } from './ask.ts';

export interface ReadinessOptions extends KeptOptions, AskOptions {
  /** The plan that was deployed: it says which accounts and regions there are, and when an audit is late. */
  readonly plan?: string;
  readonly quiet?: boolean;
}

/** Options that a plan has nothing to do with: then the log answers, as it does at the endpoint. */
const ofTheLog = ['deployed', 'url', 'home', 'at', 'account', 'cluster', 'state'] as const;

/** Codes as an audit's, by what is kept; an audit that is late counts as unseen. */
export async function readiness(given: ReadinessOptions): Promise<number> {
  if (given.format === 'csv' || ofTheLog.some((name) => given[name] !== undefined)) return askReadiness(given);
  const { region, ...options } = given;
  const screen = screenOf({ ...options, file: options.output !== undefined });
  return onAws(options, screen.progress, async (target) => {
    const { plan, settings, identity } = target;
    screen.progress.now('reading what the last audits left …');
    const places = await plannedPlaces(plan, identity, settings);
    return withFindings({ ...options, ...(region !== undefined && { region }) }, target, async ({ table, marks, deployed }) => {
      const standing = await standingOf(places, { plan, table, marks, now: () => new Date() });
      screen.progress.end();
      const text =
        options.format === 'json'
          ? `${JSON.stringify(standingData(standing), null, 2)}\n`
          : standingText(standing, { deployed, paint: screen.paint });
      await emit(text, options.output);
      return standingCode(standing);
    });
  });
}
