/** EKS: clusters with their managed add-ons, access entries and node groups. */
import * as z from 'zod';
import { needed, page, RefusalError, type RowsCall } from '../call.ts';
import { restJson } from '../protocol/rest-json.ts';
import type { Service } from './service.ts';

/** What a region contains of it. */
export const eksRows = {
  /** Kubernetes versions that EKS offers. */
  clusterVersions: z.array(z.looseObject({ clusterVersion: z.string(), versionStatus: z.string() })).default(
    ['1.36', '1.35', '1.34', '1.33', '1.32'].map((clusterVersion) => ({
      clusterVersion,
      versionStatus: clusterVersion > '1.33' ? 'STANDARD_SUPPORT' : 'EXTENDED_SUPPORT',
    })),
  ),
  /** As EKS answers, each with what belongs to it. */
  eksClusters: z
    .array(
      z.strictObject({
        cluster: z.looseObject({ name: z.string(), arn: z.string(), status: z.string() }),
        addons: z.array(z.looseObject({ addonName: z.string(), status: z.string() })).default([]),
        accessEntries: z.array(z.looseObject({ principalArn: z.string(), type: z.string() })).default([]),
        nodegroups: z.array(z.looseObject({ nodegroupName: z.string(), nodeRole: z.string() })).default([]),
      }),
    )
    .default([]),
};

type EksCall = RowsCall<typeof eksRows>;

const notFound = (message: string): RefusalError => new RefusalError('ResourceNotFoundException', message, 404);

function clusterOf(call: EksCall, member: string): EksCall['here']['eksClusters'][number] {
  const name = needed(call.input, member, 'InvalidParameterException');
  const found = call.here.eksClusters.find((c) => c.cluster.name === name);
  if (!found) throw notFound(`No cluster found for name: ${name}.`);
  return found;
}

/** EKS refuses every question about access entries where the config map alone authenticates. */
function withEntries(call: EksCall): EksCall['here']['eksClusters'][number] {
  const found = clusterOf(call, 'clusterName');
  const { authenticationMode = 'CONFIG_MAP' } = (found.cluster.accessConfig ?? {}) as { readonly authenticationMode?: string };
  if (authenticationMode === 'CONFIG_MAP')
    throw new RefusalError(
      'InvalidRequestException',
      "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
      400,
    );
  return found;
}

const paging = {
  size: 'maxResults',
  token: 'nextToken',
  most: 100,
  badToken: 'InvalidParameterException',
  badSize: 'InvalidParameterException',
};

function pageOf(call: EksCall, member: string, all: readonly string[]) {
  const { rows, next } = page(call, all, paging);
  return { [member]: rows, ...(next !== undefined && { nextToken: next }) };
}

const service: Service<EksCall> = {
  name: 'eks',
  protocol: restJson(
    {
      ListClusters: 'GET /clusters',
      DescribeClusterVersions: 'GET /cluster-versions',
      DescribeCluster: 'GET /clusters/{name}',
      DescribeAddon: 'GET /clusters/{clusterName}/addons/{addonName}',
      ListAccessEntries: 'GET /clusters/{clusterName}/access-entries',
      DescribeAccessEntry: 'GET /clusters/{clusterName}/access-entries/{principalArn}',
      ListNodegroups: 'GET /clusters/{clusterName}/node-groups',
      DescribeNodegroup: 'GET /clusters/{clusterName}/node-groups/{nodegroupName}',
    },
    ['createdAt', 'modifiedAt'],
  ),
  operations: {
    ListClusters: (call) =>
      pageOf(
        call,
        'clusters',
        call.here.eksClusters.map((c) => c.cluster.name),
      ),
    DescribeClusterVersions: (call) => {
      const { rows, next } = page(call, call.here.clusterVersions, paging);
      return { clusterVersions: rows, ...(next !== undefined && { nextToken: next }) };
    },
    DescribeCluster: (call) => ({ cluster: clusterOf(call, 'name').cluster }),
    DescribeAddon: (call) => {
      const { addons, cluster } = clusterOf(call, 'clusterName');
      const name = needed(call.input, 'addonName', 'InvalidParameterException');
      const addon = addons.find((a) => a.addonName === name);
      if (!addon) throw notFound(`No addon: ${name} found in cluster: ${cluster.name}`);
      return { addon };
    },
    ListAccessEntries: (call) =>
      pageOf(
        call,
        'accessEntries',
        withEntries(call).accessEntries.map((e) => e.principalArn),
      ),
    DescribeAccessEntry: (call) => {
      const { accessEntries, cluster } = withEntries(call);
      const principal = needed(call.input, 'principalArn', 'InvalidParameterException');
      const accessEntry = accessEntries.find((e) => e.principalArn === principal);
      if (!accessEntry) throw notFound(`The specified principalArn could not be found on cluster ${cluster.name}.`);
      return { accessEntry: { clusterName: cluster.name, ...accessEntry } };
    },
    ListNodegroups: (call) =>
      pageOf(
        call,
        'nodegroups',
        clusterOf(call, 'clusterName').nodegroups.map((g) => g.nodegroupName),
      ),
    DescribeNodegroup: (call) => {
      const { nodegroups, cluster } = clusterOf(call, 'clusterName');
      const name = needed(call.input, 'nodegroupName', 'InvalidParameterException');
      const nodegroup = nodegroups.find((g) => g.nodegroupName === name);
      if (!nodegroup) throw notFound(`No node group found for name: ${name}.`);
      return { nodegroup: { clusterName: cluster.name, ...nodegroup } };
    },
  },
};

export default service;
