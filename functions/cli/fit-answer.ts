/** The dashboard's question "would it come up, and where": asked of the account itself, with the operator's credentials. */

import type { FitResult } from '../../shared/core/fit/fit-result.ts';
import { regionName } from '../../shared/core/plan/regions.ts';
import { type Problem, problemOf } from '../../shared/query/problem.ts';
import { findPlaces } from '../../shared/workflows/fit.ts';
import { NoResultError } from '../process/exit.ts';
import { version } from '../process/package.ts';
import { type AwsOptions, onAws } from './account-access.ts';
import { type RequestedClusterOptions, requestedClusterOf } from './requested-cluster.ts';
import { silent } from './screen.ts';

function regionsOf(text: string | null): readonly string[] | undefined {
  const names = (text ?? '').split(/[\s,]+/).filter((name) => name !== '');
  for (const name of names) {
    const found = regionName(name);
    if (found.is === 'malformed') throw new NoResultError(`Expected a region such as us-west-2, got "${name}".`);
    if (found.is === 'misspelled') throw new NoResultError(`No region ${name} is known. Did you mean ${found.meant}?`);
  }
  return names.length > 0 ? names : undefined;
}

function optionsOf(parameters: URLSearchParams): RequestedClusterOptions {
  const of = (name: string) => parameters.get(name) ?? '';
  const orchestrator = of('orchestrator');
  if (orchestrator !== 'eks' && orchestrator !== 'slurm')
    throw new NoResultError(`The orchestrator is eks or slurm, not "${orchestrator}".`);
  return { type: of('type'), count: of('count'), orchestrator, spot: of('spot') === 'true' };
}

/** Answers `/fit?type=ml.p5.48xlarge&count=32&orchestrator=eks[&spot=true][&regions=us-west-2,us-east-1]`. */
export async function answerFit(
  parameters: URLSearchParams,
  options: Pick<AwsOptions, 'profile' | 'sandbox'>,
): Promise<{ readonly status: number; readonly body: FitResult | Problem }> {
  try {
    const requested = requestedClusterOf(optionsOf(parameters));
    const regions = regionsOf(parameters.get('regions'));
    const body = await onAws(options, silent, ({ identity, settings }) =>
      findPlaces({ requested, ...(regions && { regions }), identity, toolVersion: version }, settings),
    );
    return { status: 200, body };
  } catch (error) {
    // What ends a command with a sentence is a mistake of the request here.
    if (!(error instanceof NoResultError)) throw error;
    const problem = problemOf('parameters', error.message);
    return { status: problem.status, body: problem };
  }
}
