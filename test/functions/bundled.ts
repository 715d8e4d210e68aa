/**
 * The functions of the stack as Lambda runs them: bundled as they are deployed, with handler, time, memory and variables
 * as the synthesised template gives them. The values of the variables are those of a deployment in this process.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildFunctions } from '../../infra/build/build.ts';
import type { FunctionName } from '../../infra/stacks/functions.ts';
import { emptyPlan, type Plan } from '../../shared/core/plan/plan.ts';
import { functionOf, stack } from '../infra/world.ts';
import { account, home } from './deployment.ts';
import { type RunningFunction, runFunction } from './runtime.ts';

/** A stack with every function; none of its values is used, only which there are. */
export const template = stack({
  alerts: {
    slack: { workspace: 'T0123ABCD', channel: 'C0456EFGH' },
    webhookSecret: `arn:aws:secretsmanager:${home}:${account}:secret:webhook-AbCdEf`,
  },
});

/** What Lambda itself puts into the environment, and where the services are in these tests. */
const given = (name: string): boolean => /^AWS_(REGION|ACCESS_KEY_ID|SECRET_ACCESS_KEY|ENDPOINT_URL.*)$/.test(name);

function environmentOf(name: FunctionName): Readonly<Record<string, string>> {
  const named = Object.keys(functionOf(template, name).Properties.Environment?.Variables ?? {});
  return Object.fromEntries(
    [...Object.keys(process.env).filter(given), ...named].map((variable): [string, string] => {
      const value = process.env[variable];
      if (value === undefined) throw new Error(`The deployment of these tests has no ${variable}, which the stack gives to ${name}.`);
      return [variable, value];
    }),
  );
}

export interface Bundles {
  /** One execution environment of a function, with this plan next to its handler. `without`: a variable less; `first`: code before its own. */
  readonly run: (
    name: FunctionName,
    plan: Plan,
    change?: { readonly timeoutSeconds?: number; readonly without?: string; readonly first?: string },
  ) => Promise<RunningFunction>;
  readonly close: () => Promise<void>;
}

/** Builds every function once; each run gets a folder of its own. */
export async function bundle(): Promise<Bundles> {
  const folder = mkdtempSync(join(tmpdir(), 'bundled-'));
  const built = await buildFunctions(emptyPlan, join(folder, 'built'));
  const running: RunningFunction[] = [];
  let runs = 0;
  return {
    run: async (name, plan, { timeoutSeconds, without, first } = {}) => {
      const { Handler, MemorySize, Timeout } = functionOf(template, name).Properties;
      const own = join(folder, `${name}-${runs++}`);
      mkdirSync(own);
      const handler = join(own, 'handler.mjs');
      copyFileSync(join(built[name], 'handler.mjs'), handler);
      if (first !== undefined) writeFileSync(handler, `${first}\n${readFileSync(handler, 'utf8')}`);
      if (name !== 'webhook') writeFileSync(join(own, 'plan.json'), JSON.stringify(plan));
      const { [without ?? '']: _, ...environment } = environmentOf(name);
      const made = await runFunction({
        name: `hyperpod-auditor-${name}`,
        arn: `arn:aws:lambda:${home}:${account}:function:hyperpod-auditor-${name}`,
        folder: own,
        handler: Handler,
        timeoutSeconds: timeoutSeconds ?? Timeout,
        memoryMb: MemorySize,
        environment,
        now: Date.now,
      });
      running.push(made);
      return made;
    },
    close: async () => {
      await Promise.all(running.map((r) => r.close()));
      rmSync(folder, { recursive: true });
    },
  };
}
