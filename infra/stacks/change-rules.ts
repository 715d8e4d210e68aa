/** The changes that dispatch understands, as patterns of rules: exactly these, so that nothing else wakes it. */
import type { EventPattern } from 'aws-cdk-lib/aws-events';
import { type CallSource, changeCalls } from '../../shared/core/events/change-calls.ts';
import { clusterEventTypes, sessionDocument, trailTypes } from '../../shared/core/events/change-events.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { globalEventsRegion, regionsOf } from '../../shared/core/plan/regions.ts';

export interface ChangeRule {
  readonly id: string;
  readonly description: string;
  readonly pattern: EventPattern;
}

const ids: { readonly [source in CallSource]: string } = {
  'ec2.amazonaws.com': 'Ec2',
  'ssm.amazonaws.com': 'Ssm',
  'iam.amazonaws.com': 'Iam',
  'fsx.amazonaws.com': 'FSx',
  's3.amazonaws.com': 'S3',
  'eks.amazonaws.com': 'Eks',
  'sagemaker.amazonaws.com': 'SageMaker',
  'kms.amazonaws.com': 'Kms',
  'servicequotas.amazonaws.com': 'ServiceQuotas',
};

const sources = Object.keys(changeCalls) as readonly CallSource[];

/** Calls that were refused changed nothing. */
const succeeded = { errorCode: [{ exists: false }] };

const calls = sources.map(
  (source): ChangeRule => ({
    id: ids[source],
    description: `Changes that ${source} records in CloudTrail.`,
    pattern: {
      source: [`aws.${source.slice(0, source.indexOf('.'))}`],
      detailType: [...trailTypes],
      detail: {
        eventSource: [source],
        eventName: [...changeCalls[source]],
        ...succeeded,
        ...(source === 'ssm.amazonaws.com' && { requestParameters: { name: [sessionDocument] } }),
      },
    },
  }),
);

const [stateChange, nodeHealth, clusterEvent] = clusterEventTypes;

/** One rule a service: a pattern holds 2,048 characters. IAM records its calls in us-east-1 alone. */
export const changeRules: readonly ChangeRule[] = [
  ...calls,
  {
    id: 'Clusters',
    description: 'What SageMaker says of HyperPod clusters and their nodes.',
    pattern: { source: ['aws.sagemaker'], detailType: [stateChange, nodeHealth] },
  },
  {
    id: 'ClusterErrors',
    description: 'Errors of HyperPod clusters.',
    pattern: { source: ['aws.sagemaker'], detailType: [clusterEvent], detail: { EventDetails: { EventLevel: ['Error'] } } },
  },
];

/** What the sources of AWS's own events begin with: no one else can put such events on a bus. */
export const forwardedSource = 'aws.';

/** Whether something may be made in a region. Where it is not known which regions are enabled, it is tried. */
export const mayBeEnabled =
  (enabled: readonly string[] | undefined) =>
  (region: string): boolean =>
    enabled?.includes(region) ?? true;

/** What decides where changes are forwarded from. */
export type ForwardingPlan = Pick<Plan, 'regions' | 'clusters' | 'deployment'>;

/** Where AWS records changes of all regions, unless the plan does without them. */
export const globalRegions = ({ deployment }: ForwardingPlan): readonly string[] =>
  deployment?.globalEvents === false ? [] : [globalEventsRegion];

/**
 * Regions whose changes have to be forwarded: the planned ones but the auditor's own, and where IAM is recorded. A plan
 * that names no region has its changes seen there and at home only; the schedule sees to the rest. Of `enabled`, where
 * it is known which regions of the account are: in any other nothing can be made, and nothing changes.
 */
export function forwardingRegions(plan: ForwardingPlan, home: string, enabled?: readonly string[]): readonly string[] {
  const regions = [...new Set([...globalRegions(plan), ...(regionsOf(plan) ?? [])])].filter((region) => region !== home);
  return regions.filter(mayBeEnabled(enabled)).toSorted();
}
