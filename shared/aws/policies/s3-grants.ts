/**
 * What of S3 the auditor may read: the scripts of clusters that run, whose buckets HyperPod expects to be called
 * `sagemaker-…`, and those of the plan, with any bucket name, with the Slurm topology next to them.
 */
import { specOf } from '../../core/evaluation/cluster.ts';
import { s3Address, scriptsOf, slurmParameterUris } from '../../core/iam/lifecycle-scripts.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { PolicyPlace } from '../collect/collector.ts';
import { distinct } from '../collect/referenced.ts';
import { literal } from './literal.ts';

const scripts = (plan: Plan) =>
  plan.clusters.flatMap((c) => [...scriptsOf(specOf(c.request)), ...slurmParameterUris(c.request).flatMap((uri) => s3Address(uri) ?? [])]);

/** HyperPod takes lifecycle scripts from buckets of this prefix unless roles say otherwise. */
const usual = 'sagemaker-';

const unusual = (plan: Plan) => scripts(plan).filter((s) => !s.bucket.startsWith(usual));

const arns = ({ partition }: PolicyPlace, names: readonly string[]) => distinct(names).map((name) => `arn:${partition}:s3:::${name}`);

/** ARNs of the buckets. */
export const bucketArns = (plan: Plan, at: PolicyPlace): readonly string[] =>
  arns(at, [`${usual}*`, ...unusual(plan).map((s) => s.bucket)]);

/** ARNs of the objects. */
export const objectArns = (plan: Plan, at: PolicyPlace): readonly string[] =>
  arns(at, [`${usual}*/*`, ...unusual(plan).map((s) => `${s.bucket}/${literal(s.key)}`)]);
