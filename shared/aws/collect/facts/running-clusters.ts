import { DescribeClusterCommand, type DescribeClusterResponse } from '@aws-sdk/client-sagemaker';
import { specOf } from '../../../core/evaluation/cluster.ts';
import type { RunningCluster, RunningGroup } from '../../../core/evaluation/cluster-spec.ts';
import { collector } from '../collector.ts';
import { clusterArns, readByKey, readOfCluster } from '../referenced.ts';
import { count, list, moment, oneOf, present, text } from '../response.ts';
import { asRequest, type GroupDetails, given, imageOf } from '../running-request.ts';

const statuses = ['Creating', 'Deleting', 'Failed', 'InService', 'RollingBack', 'SystemUpdating', 'Updating'] as const;

/** How a group does now. */
function state(group: GroupDetails): Partial<RunningGroup> & Pick<RunningGroup, 'current' | 'target'> {
  const details = list(group.InstanceTypeDetails ?? [], 'InstanceTypeDetails');
  return {
    current: count(group.CurrentCount, 'CurrentCount'),
    target: count(group.TargetCount, 'TargetCount'),
    ...(details.length > 0 && {
      currentByType: Object.fromEntries(details.map((d) => [text(d.InstanceType, 'InstanceType'), count(d.CurrentCount, 'CurrentCount')])),
    }),
    min: given(count, group.MinCount, 'MinCount'),
    status: given(text, group.Status, 'Status'),
    image: imageOf(group),
    imageStatus: given(text, group.ImageVersionStatus, 'ImageVersionStatus'),
    trainingPlanStatus: given(text, group.TrainingPlanStatus, 'TrainingPlanStatus'),
  };
}

function reduced(cluster: DescribeClusterResponse): RunningCluster {
  const { request, details } = asRequest(cluster);
  const { requests: _, groups, ...spec } = specOf(request);
  const scaling = cluster.AutoScaling;
  return {
    ...spec,
    arn: text(cluster.ClusterArn, 'ClusterArn'),
    status: oneOf(statuses, cluster.ClusterStatus, 'ClusterStatus'),
    created: given(moment, cluster.CreationTime, 'CreationTime'),
    failureMessage: given(text, cluster.FailureMessage, 'FailureMessage'),
    autoScalingStatus:
      scaling?.Status === undefined
        ? undefined
        : { status: text(scaling.Status, 'Status'), failureMessage: given(text, scaling.FailureMessage, 'FailureMessage') },
    request,
    groups: groups.map((group, i) => ({ ...group, ...state(present(details[i], 'InstanceGroups')) })),
  };
}

export default collector({
  fact: 'runningClusters',
  grants: [
    {
      action: 'sagemaker:DescribeCluster',
      resources: clusterArns,
      why: 'groups, counts, network and health of the clusters that run',
    },
  ],
  collect: async ({ call, ...scope }) => {
    const names = await scope.fact('clusterNames');
    return readByKey(names.ok ? names.value : [], (name) =>
      readOfCluster(name, async () =>
        reduced(
          await call('sagemaker:DescribeCluster', (sagemaker, options) =>
            sagemaker.send(new DescribeClusterCommand({ ClusterName: name }), options),
          ),
        ),
      ),
    );
  },
});
