/** `readiness`: how things stand as the last audits left them, late ones first. Nothing of the account is audited for it. */
import { standingCode, standingData, standingText } from '../../../shared/core/render/standing.ts';
import { plannedPlaces } from '../../../shared/places.ts';
import { standingOf } from '../../../shared/standing.ts';
import { onAws } from '../aws.ts';
import { type KeptOptions, withFindings } from '../kept-findings.ts';
import { emit } from '../output.ts';
import { screenOf } from '../screen.ts';

export interface ReadinessOptions extends KeptOptions {
  /** The plan that was deployed: it says which accounts and regions there are, and when an audit is late. */
  readonly plan?: string;
  readonly profile?: string;
  readonly format: 'text' | 'json';
  readonly output?: string;
  readonly quiet?: boolean;
  readonly color?: boolean;
}

/** Codes as an audit's, by what is kept; an audit that is late counts as unseen. */
export async function readiness({ region, ...options }: ReadinessOptions): Promise<number> {
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
