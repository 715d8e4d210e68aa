/** Options → the cluster that `fit` finds a place for. */
import type { RequestedCluster } from '../../shared/core/fit/candidates.ts';
import { wrongValue } from '../process/wrong-value.ts';

export interface RequestedClusterOptions {
  readonly type: string;
  readonly count: string;
  readonly orchestrator: 'eks' | 'slurm';
  readonly spot?: boolean;
  readonly efa?: boolean;
  readonly eksCluster?: string;
  readonly role?: string;
  readonly lifecycle?: string;
  readonly name?: string;
}

/** The value of an option, if it is of the shape that it takes. */
export function checked(option: string, value: string | undefined, shape: RegExp, what: string): string | undefined {
  if (value !== undefined && !shape.test(value)) throw wrongValue(option, what, value);
  return value;
}

/** A whole number from 1 on. */
export function whole(option: string, value: string, most: number): number {
  const n = Number(value);
  if (/^\d+$/.test(value) && n >= 1 && n <= most) return n;
  throw wrongValue(option, `a whole number from 1 to ${most}`, value);
}

/** `s3://bucket/folder/on_create.sh`; with a slash at the end the script is called on_create.sh. */
export function lifecycleOf(address: string | undefined): RequestedCluster['lifecycle'] {
  if (
    checked(
      '--lifecycle',
      address,
      /^s3:\/\/[^/\s]+\/\S*$/,
      'the address of a script like s3://sagemaker-scripts/hyperpod/on_create.sh',
    ) === undefined ||
    address === undefined
  )
    return undefined;
  const slash = address.lastIndexOf('/');
  return { uri: address.slice(0, slash), onCreate: address.slice(slash + 1) || 'on_create.sh' };
}

/** The cluster that the options of `fit` describe. */
export function requestedClusterOf(options: RequestedClusterOptions): RequestedCluster {
  const { orchestrator, eksCluster } = options;
  const type = checked('--type', options.type, /^ml\.[a-z0-9-]+\.[a-z0-9]+$/, 'an instance type of SageMaker like ml.p5.48xlarge') ?? '';
  const count = whole('--count', options.count, 6758);
  if (eksCluster !== undefined && orchestrator !== 'eks') throw wrongValue('--eks-cluster', 'to be with --orchestrator eks', orchestrator);
  checked('--eks-cluster', eksCluster, /^[0-9A-Za-z][\w-]{0,99}$/, 'the name of an EKS cluster');
  const role = roleOf(options.role);
  const lifecycle = lifecycleOf(options.lifecycle);
  const own = `fit-${type.slice(3).replaceAll('.', '-')}`;
  const name =
    checked('--name', options.name, /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/, 'a name of up to 63 letters, digits and hyphens') ?? own;
  return {
    name,
    type,
    count,
    orchestrator,
    spot: options.spot ?? false,
    efa: options.efa ?? false,
    ...(eksCluster !== undefined && { eksCluster }),
    ...(role !== undefined && { role }),
    ...(lifecycle && { lifecycle }),
  };
}

export const roleOf = (arn: string | undefined): string | undefined =>
  checked('--role', arn, /^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/, 'the ARN of an IAM role');
