/** SageMaker: HyperPod clusters and training plans. */
import * as z from 'zod';
import { needed, page, RefusalError, type RowsCall, text } from '../call.ts';
import { json } from '../protocol/json.ts';
import type { Service } from './service.ts';

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
        InstanceGroups: z.array(z.looseObject({ InstanceGroupName: z.string(), CurrentCount: z.number(), TargetCount: z.number() })),
      }),
    )
    .default([]),
  trainingPlans: z.array(z.looseObject({ TrainingPlanArn: z.string(), TrainingPlanName: z.string(), Status: z.string() })).default([]),
};

type SageMakerCall = RowsCall<typeof sagemakerRows>;

const paging = { size: 'MaxResults', token: 'NextToken', most: 100, badToken: 'ValidationException', badSize: 'ValidationException' };

const service: Service<SageMakerCall> = {
  name: 'sagemaker',
  protocol: json(['CreationTime', 'StartTime', 'EndTime', 'LastSoftwareUpdateTime']),
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
    DescribeCluster: (call) => {
      const name = needed(call.input, 'ClusterName');
      const cluster = call.here.clusters.find((c) => c.ClusterName === name || c.ClusterArn === name);
      if (!cluster) throw new RefusalError('ResourceNotFound', `Cluster with name ${name} does not exist.`);
      return cluster;
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
