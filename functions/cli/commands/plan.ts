import { count } from '../../../shared/core/render/words.ts';
import { planSchema } from '../../../shared/plan/schema.ts';
import { emit } from '../output.ts';
import { defaultPlan } from '../package.ts';
import { readPlan } from '../plan-file.ts';

export async function validatePlan(file: string | undefined): Promise<number> {
  const { plan, planFile } = readPlan(file ?? defaultPlan);
  const groups = plan.clusters.reduce(
    (n, c) => n + (c.request.InstanceGroups?.length ?? 0) + (c.request.RestrictedInstanceGroups?.length ?? 0),
    0,
  );
  await emit(
    `${planFile} is a valid plan: ${count(plan.clusters.length, 'cluster')}, ${count(groups, 'instance group')}, ${count(plan.mutes.length, 'mute')}.\n`,
  );
  return 0;
}

export async function showSchema(options: { readonly output?: string }): Promise<number> {
  await emit(`${JSON.stringify(planSchema(), null, 2)}\n`, options.output);
  return 0;
}
