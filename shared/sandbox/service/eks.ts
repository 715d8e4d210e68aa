/** EKS: clusters and their managed add-ons. */
import * as z from 'zod';
import { needed, page, RefusalError, type RowsCall } from '../call.ts';
import { restJson } from '../protocol/rest-json.ts';
import type { Service } from './service.ts';

/** What a region contains of it. */
export const eksRows = {
  /** As EKS answers, each with its add-ons. */
  eksClusters: z
    .array(
      z.strictObject({
        cluster: z.looseObject({ name: z.string(), arn: z.string(), status: z.string() }),
        addons: z.array(z.looseObject({ addonName: z.string(), status: z.string() })).default([]),
      }),
    )
    .default([]),
};

type EksCall = RowsCall<typeof eksRows>;

function clusterOf(call: EksCall, member: string): EksCall['here']['eksClusters'][number] {
  const name = needed(call.input, member, 'InvalidParameterException');
  const found = call.here.eksClusters.find((c) => c.cluster.name === name);
  if (!found) throw new RefusalError('ResourceNotFoundException', `No cluster found for name: ${name}.`, 404);
  return found;
}

const paging = {
  size: 'maxResults',
  token: 'nextToken',
  most: 100,
  badToken: 'InvalidParameterException',
  badSize: 'InvalidParameterException',
};

const service: Service<EksCall> = {
  name: 'eks',
  protocol: restJson(
    {
      ListClusters: 'GET /clusters',
      DescribeCluster: 'GET /clusters/{name}',
      DescribeAddon: 'GET /clusters/{clusterName}/addons/{addonName}',
    },
    ['createdAt', 'modifiedAt'],
  ),
  operations: {
    ListClusters: (call) => {
      const { rows, next } = page(
        call,
        call.here.eksClusters.map((c) => c.cluster.name),
        paging,
      );
      return { clusters: rows, ...(next !== undefined && { nextToken: next }) };
    },
    DescribeCluster: (call) => ({ cluster: clusterOf(call, 'name').cluster }),
    DescribeAddon: (call) => {
      const { addons, cluster } = clusterOf(call, 'clusterName');
      const name = needed(call.input, 'addonName', 'InvalidParameterException');
      const addon = addons.find((a) => a.addonName === name);
      if (!addon) throw new RefusalError('ResourceNotFoundException', `No addon: ${name} found in cluster: ${cluster.name}`, 404);
      return { addon };
    },
  },
};

export default service;
