/** `fit`: where a cluster would come up now, and what is missing elsewhere. */

import { fitExit, type Placement } from '../../../shared/core/fit/fit-result.ts';
import { fitText } from '../../../shared/core/render/fit.ts';
import { jsonText } from '../../../shared/core/text/json.ts';
import { planOfPlacement, requestOfPlacement } from '../../../shared/plan/from-fit.ts';
import { findPlaces } from '../../../shared/workflows/fit.ts';
import { NoResultError } from '../../process/exit.ts';
import { emit, writeWhole } from '../../process/output.ts';
import { version } from '../../process/package.ts';
import { type AwsOptions, onAws } from '../account-access.ts';
import { checkRegionNames } from '../region-names.ts';
import { type RequestedClusterOptions, requestedClusterOf, whole } from '../requested-cluster.ts';
import { screenOf } from '../screen.ts';

export interface FitCommandOptions extends Omit<AwsOptions, 'plan' | 'region'>, RequestedClusterOptions {
  readonly region?: readonly string[];
  readonly rows: string;
  readonly write?: string;
  readonly format: 'text' | 'json';
  readonly color?: boolean;
}

/** The next steps are shown for so many places. */
const shownSteps = 3;

/** `--region us-west-2,us-east-1`, given once or more often; `all` wins. */
function regionsOf(names: readonly string[] | undefined): readonly string[] | 'all' | undefined {
  const named = (names ?? []).filter((name) => name !== 'all');
  checkRegionNames('--region', named, [], 'the name of a region, such as us-west-2, or all');
  return names?.includes('all') ? 'all' : names;
}

async function write(file: string, best: Placement | undefined, plan: (best: Placement) => string): Promise<void> {
  if (!best) throw new NoResultError(`No region was evaluated, so ${file} was not written.`);
  await writeWhole(file, file.endsWith('.json') ? requestOfPlacement(best) : plan(best), '--write');
}

export async function findFit(options: FitCommandOptions): Promise<number> {
  const requested = requestedClusterOf(options);
  const regions = regionsOf(options.region);
  const rows = whole('--rows', options.rows, 10_000);
  const screen = screenOf({ ...options, file: options.output !== undefined });
  const { progress } = screen;
  const { region: _, ...rest } = options;
  return onAws(rest, progress, async ({ identity, settings }) => {
    const result = await findPlaces(
      {
        requested,
        ...(regions && { regions }),
        identity,
        toolVersion: version,
        onProgress: ({ region, what, finished, done, total }) =>
          progress[finished ? 'say' : 'now'](`[${done}/${total}] ${region}: ${what.replace('_', ' ')}`),
      },
      settings,
    );
    progress.end();
    const [best] = result.placements;
    if (options.write !== undefined) await write(options.write, best, (p) => planOfPlacement(p, result));
    const text = options.format === 'json' ? `${jsonText(result, 2)}\n` : fitText(result, { ...screen, rows, steps: shownSteps });
    await emit(text, options.output);
    if (options.write !== undefined) progress.note(`the best place is written to ${options.write}.`);
    return fitExit(result);
  });
}
