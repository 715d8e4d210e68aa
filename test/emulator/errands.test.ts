/** What an operator's errands send beside the collectors, against moto: whether our reading holds for answers that are not ours. */
import * as ec2 from '@aws-sdk/client-ec2';
import * as eks from '@aws-sdk/client-eks';
import * as quotas from '@aws-sdk/client-service-quotas';
import { describe, expect, inject, test } from 'vitest';
import { defaultSettings } from '../../shared/aws/client/settings.ts';
import { listGrants, listNetworks } from '../../shared/aws/inventory/list-networks.ts';
import { increaseGrants, requestGrant } from '../../shared/aws/quotas/quota-increases.ts';
import { sandboxCredentials } from '../../shared/sandbox/server.ts';
import { type Clients, clientsOf } from '../sandbox/clients.ts';
import { answerers, errandAnswerers } from './operations.ts';

const account = '777788889999';
const region = 'eu-west-1';
const moto = inject('moto');
const clients = (): Clients => clientsOf(moto, region, sandboxCredentials(account), 60_000);
const settings = {
  ...defaultSettings,
  endpoint: moto,
  credentials: sandboxCredentials(account),
  homeRegion: region,
  requestTimeoutMs: 60_000,
};

test('the table has what is granted for errands and no collector sends', () => {
  const granted = [...listGrants, ...increaseGrants, requestGrant].map((g) => g.action).filter((a) => !Object.hasOwn(answerers, a));
  expect([...new Set(granted)].toSorted()).toEqual(Object.keys(errandAnswerers).toSorted());
});

describe('networks, as moto has them', () => {
  test('subnets and security groups of the default VPC and of one that was made', async () => {
    const c = clients();
    const { Vpc } = await c.ec2.send(new ec2.CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
    const { Subnet } = await c.ec2.send(
      new ec2.CreateSubnetCommand({ VpcId: Vpc?.VpcId ?? '', CidrBlock: '10.9.0.0/20', AvailabilityZone: `${region}a` }),
    );
    const { GroupId } = await c.ec2.send(
      new ec2.CreateSecurityGroupCommand({ VpcId: Vpc?.VpcId ?? '', GroupName: 'nodes', Description: 'nodes' }),
    );
    const { subnets, securityGroups } = await listNetworks(region, false, settings);
    if (!subnets.ok || !securityGroups.ok) throw new Error(JSON.stringify([subnets, securityGroups]));
    expect(subnets.value.find((s) => s.id === Subnet?.SubnetId)).toMatchObject({
      vpc: Vpc?.VpcId,
      freeIpv4: 4091,
      ipv4: '10.9.0.0/20',
      state: 'available',
    });
    expect(subnets.value.length).toBeGreaterThan(1);
    expect(securityGroups.value.find((g) => g.id === GroupId)).toMatchObject({ name: 'nodes', vpc: Vpc?.VpcId });
  });

  test('EKS clusters by name', async () => {
    const c = clients();
    expect((await listNetworks(region, true, settings)).eksNames).toEqual({ ok: true, value: [] });
    await c.eks.send(
      new eks.CreateClusterCommand({
        name: 'train',
        roleArn: `arn:aws:iam::${account}:role/eks`,
        resourcesVpcConfig: { subnetIds: ['subnet-1'] },
      }),
    );
    const { eksNames, eksClusters } = await listNetworks(region, true, settings);
    expect(eksNames).toEqual({ ok: true, value: ['train'] });
    // moto does not say the VPC, so the subnets of its VPC are unknown.
    expect(eksClusters.train).toEqual({ ok: false, reason: 'the answer could not be read: it has no usable vpcId' });
    expect((await listNetworks(region, 'none', settings)).eksNames).toEqual({ ok: true, value: [] });
  });
});

describe('what moto cannot', () => {
  const of = { ServiceCode: 'sagemaker', QuotaCode: 'L-8762A75F' };
  /** Each fails as soon as moto learned what it is said not to know. */
  const tries: { readonly [operation: string]: (c: Clients) => Promise<unknown> } = {
    'servicequotas:GetAWSDefaultServiceQuota': (c) => c.quotas.send(new quotas.GetAWSDefaultServiceQuotaCommand(of)),
    'servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota': (c) =>
      c.quotas.send(new quotas.ListRequestedServiceQuotaChangeHistoryByQuotaCommand(of)),
    'servicequotas:RequestServiceQuotaIncrease': (c) =>
      c.quotas.send(new quotas.RequestServiceQuotaIncreaseCommand({ ...of, DesiredValue: 8 })),
  };
  test.each(Object.entries(errandAnswerers).filter(([, by]) => by !== 'moto'))('%s (%s)', async (operation) => {
    const c = clients();
    await expect(tries[operation]?.(c)).rejects.toMatchObject({ $metadata: {} });
    expect(c.bodies.at(-1)).toMatch(/^<!doctype html>/);
  });
});
