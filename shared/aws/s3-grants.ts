/** What of S3 the auditor may read: the plan's scripts, or where only running clusters decide, what such a script may be called. */
import { specOf } from '../core/cluster.ts';
import { scriptsOf } from '../core/lifecycle.ts';
import type { Plan } from '../core/plan.ts';
import type { PolicyPlace } from './collector.ts';
import { distinct } from './used.ts';

const scripts = (plan: Plan) => plan.clusters.flatMap((c) => scriptsOf(specOf(c.request)));

/** HyperPod takes lifecycle scripts from buckets of this prefix unless roles say otherwise. */
const usual = 'sagemaker-*';

const arns = (plan: Plan, { partition }: PolicyPlace, pick: (script: ReturnType<typeof scripts>[number]) => string, otherwise: string) => {
  const named = distinct(scripts(plan).map(pick));
  return (named.length > 0 ? named : [otherwise]).map((name) => `arn:${partition}:s3:::${name}`);
};

/** ARNs of the buckets. */
export const bucketArns = (plan: Plan, at: PolicyPlace): readonly string[] => arns(plan, at, (s) => s.bucket, usual);

/** Signs that mean something in a policy, as themselves. */
const literal = (key: string): string => key.replace(/[*?$]/g, (sign) => `\${${sign}}`);

/** ARNs of the objects. */
export const objectArns = (plan: Plan, at: PolicyPlace): readonly string[] =>
  arns(plan, at, (s) => `${s.bucket}/${literal(s.key)}`, `${usual}/*`);
