import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { type DescribedCluster, initPlan, type PlanOrigin, type RunningRegion } from '../../../shared/plan/init.ts';
import { NoResultError } from '../../process/exit.ts';
import { emitData } from '../../process/output.ts';
import { wrongValue } from '../../process/wrong-value.ts';
import { type CommandTarget, onAws } from '../account-access.ts';
import { checkRegionNames } from '../region-names.ts';
import { snapshotOf } from '../regions.ts';
import { type Progress, screenOf } from '../screen.ts';

export interface InitOptions {
  readonly region?: readonly string[];
  readonly request?: string;
  readonly profile?: string;
  readonly sandbox?: boolean;
  readonly output?: string;
  readonly quiet?: boolean;
}

async function fromRequest(file: string, options: InitOptions): Promise<PlanOrigin> {
  const [region, ...others] = options.region ?? [];
  if (others.length > 0) throw wrongValue('--region', 'the one region of the request', options.region?.join(', '));
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new NoResultError(`--request ${file} cannot be read: ${error.code === 'ENOENT' ? 'it does not exist' : error.message}.`, error);
  });
  // The plan names the request from where the plan will lie.
  const path = relative(options.output === undefined ? process.cwd() : dirname(resolve(options.output)), resolve(file));
  return { from: 'request', path, text, ...(region !== undefined && { region }) };
}

async function fromRunning(regions: readonly string[], options: InitOptions): Promise<PlanOrigin> {
  const { progress } = screenOf(options);
  const { region: _, ...others } = options;
  return onAws(others, progress, async (target) => {
    const running: RunningRegion[] = [];
    for (const region of regions) running.push({ region, clusters: await runningIn(region, target, progress) });
    return { from: 'running', regions: running };
  });
}

async function runningIn(region: string, target: CommandTarget, progress: Progress): Promise<readonly DescribedCluster[]> {
  const { account, partition } = target.identity;
  const job = { account: { account, partition, settings: target.settings }, region };
  const { snapshot } = await snapshotOf(job, { ...target, plan: { ...target.plan, clusters: [] } }, (what) =>
    progress.now(`${region}: ${what}`),
  );
  const { regionOptIn, clusterNames, runningClusters } = snapshot.facts;
  if (regionOptIn.ok && regionOptIn.value === 'not-opted-in') throw new NoResultError(`${region} is not enabled for account ${account}.`);
  const reads = [clusterNames, ...Object.values(runningClusters)];
  const failed = reads.find((r) => !r.ok);
  if (failed && !failed.ok)
    throw new NoResultError(`The clusters of ${region} could not be read: ${failed.reason}${failed.action ? `: ${failed.action}` : ''}.`);
  return Object.values(runningClusters).flatMap((r) => {
    const request = r.ok ? r.value.request : undefined;
    return r.ok && request ? [{ ...r.value, request }] : [];
  });
}

export async function init(options: InitOptions): Promise<number> {
  if (options.region !== undefined) checkRegionNames('--region', options.region);
  const start =
    options.request !== undefined
      ? await fromRequest(options.request, options)
      : options.region !== undefined
        ? await fromRunning([...new Set(options.region)], options)
        : ({ from: 'example' } as const);
  await emitData(initPlan(start), options.output);
  return 0;
}
