/** SageMaker: HyperPod clusters and training plans. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { needed, page, RefusalError, type RowsCall, text } from '../call.ts';
import { json } from '../protocol/json.ts';
import type { Service } from './service.ts';

const groups = z.array(z.looseObject({ InstanceGroupName: z.string(), CurrentCount: z.number(), TargetCount: z.number() }));

/** What a region contains of it. */
export const sagemakerRows = {
  /** HyperPod clusters, as DescribeCluster answers. */
  clusters: z
    .array(
      z.looseObject({
        ClusterArn: z.string(),
        ClusterName: z.string(),
        ClusterStatus: z.string(),
        CreationTime: z.iso.datetime(),
        InstanceGroups: groups,
        RestrictedInstanceGroups: groups.optional(),
      }),
    )
    .default([]),
  /** Nodes that are not as the counts of their group alone would have them, as ListClusterNodes answers; the others are Running. */
  clusterNodes: z
    .array(
      z.looseObject({
        ClusterName: z.string(),
        InstanceGroupName: z.string(),
        InstanceId: z.string(),
        InstanceStatus: z.looseObject({ Status: z.string() }),
      }),
    )
    .default([]),
  /** What happened to clusters, as DescribeClusterEvent answers; ListClusterEvents leaves EventDetails out. */
  clusterEvents: z
    .array(
      z.looseObject({
        EventId: z.string(),
        ClusterName: z.string(),
        ResourceType: z.string(),
        EventTime: z.iso.datetime(),
        EventDetails: z.looseObject({ EventMetadata: z.looseObject({}) }).optional(),
      }),
    )
    .default([]),
  trainingPlans: z.array(z.looseObject({ TrainingPlanArn: z.string(), TrainingPlanName: z.string(), Status: z.string() })).default([]),
};

type SageMakerCall = RowsCall<typeof sagemakerRows>;

const paging = { size: 'MaxResults', token: 'NextToken', most: 100, badToken: 'ValidationException', badSize: 'ValidationException' };

function clusterOf(call: SageMakerCall) {
  const name = needed(call.input, 'ClusterName');
  const cluster = call.here.clusters.find((c) => c.ClusterName === name || c.ClusterArn === name);
  if (!cluster) throw new RefusalError('ResourceNotFound', `Cluster with name ${name} does not exist.`);
  return cluster;
}

/** CurrentCount nodes of each group, those that are described first. */
function nodesOf(call: SageMakerCall): readonly object[] {
  const { ClusterArn, ClusterName, CreationTime, InstanceGroups, RestrictedInstanceGroups = [] } = clusterOf(call);
  return [...InstanceGroups, ...RestrictedInstanceGroups].flatMap(({ InstanceGroupName, CurrentCount, InstanceType, ...group }) => {
    const types = (group.InstanceRequirements as { readonly CurrentInstanceTypes?: readonly string[] } | undefined)?.CurrentInstanceTypes;
    const common = { InstanceGroupName, InstanceType: InstanceType ?? types?.[0], LaunchTime: CreationTime };
    const described = call.here.clusterNodes
      .filter((n) => n.ClusterName === ClusterName && n.InstanceGroupName === InstanceGroupName)
      .map(({ ClusterName: _, ...node }) => ({ ...common, ...node }));
    const others = Array.from({ length: Math.max(0, CurrentCount - described.length) }, (_, i) => {
      const id = createHash('sha256').update(`${ClusterArn}/${InstanceGroupName}/${i}`).digest('hex').slice(0, 17);
      return { ...common, InstanceId: `i-${id}`, InstanceStatus: { Status: 'Running' } };
    });
    return [...described, ...others];
  });
}

/** Events of a cluster; of those in Continuous mode alone. */
function eventsOf(call: SageMakerCall) {
  const { ClusterArn, ClusterName, NodeProvisioningMode } = clusterOf(call);
  if (NodeProvisioningMode !== 'Continuous')
    throw new RefusalError('ValidationException', `Cluster ${ClusterName} has no events: its NodeProvisioningMode is not Continuous.`);
  return call.here.clusterEvents.filter((e) => e.ClusterName === ClusterName).map((event) => ({ ...event, ClusterArn }));
}

/** Events after a time, the newest first. */
function eventSummaries(call: SageMakerCall): readonly object[] {
  const after = Number(call.input.EventTimeAfter ?? 0) * 1000;
  return eventsOf(call)
    .filter((e) => Date.parse(e.EventTime) > after)
    .toSorted((a, b) => Date.parse(b.EventTime) - Date.parse(a.EventTime))
    .map(({ EventDetails, ...summary }) => summary);
}

const service: Service<SageMakerCall> = {
  name: 'sagemaker',
  protocol: json(['CreationTime', 'StartTime', 'EndTime', 'EventTime', 'LaunchTime', 'LastSoftwareUpdateTime']),
  operations: {
    ListClusters: (call) => {
      const part = text(call.input, 'NameContains');
      const { rows, next } = page(
        call,
        call.here.clusters.filter((c) => part === undefined || c.ClusterName.includes(part)),
        paging,
      );
      const summaries = rows.map(({ ClusterArn, ClusterName, ClusterStatus, CreationTime }) => ({
        ClusterArn,
        ClusterName,
        CreationTime,
        ClusterStatus,
      }));
      return { ClusterSummaries: summaries, ...(next !== undefined && { NextToken: next }) };
    },
    DescribeCluster: clusterOf,
    ListClusterNodes: (call) => {
      const { rows, next } = page(call, nodesOf(call), paging);
      return { ClusterNodeSummaries: rows, ...(next !== undefined && { NextToken: next }) };
    },
    ListClusterEvents: (call) => {
      const { rows, next } = page(call, eventSummaries(call), paging);
      return { Events: rows, ...(next !== undefined && { NextToken: next }) };
    },
    DescribeClusterEvent: (call) => {
      const id = needed(call.input, 'EventId');
      const event = eventsOf(call).find((e) => e.EventId === id);
      if (!event) throw new RefusalError('ResourceNotFound', `Event ${id} does not exist.`);
      return { EventDetails: event };
    },
    DescribeTrainingPlan: (call) => {
      const name = needed(call.input, 'TrainingPlanName');
      const plan = call.here.trainingPlans.find((p) => p.TrainingPlanName === name);
      if (!plan) throw new RefusalError('ResourceNotFound', `Training plan with name ${name} does not exist.`);
      return plan;
    },
  },
};

export default service;
