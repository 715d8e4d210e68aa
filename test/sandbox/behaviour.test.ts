/** Paging, filters, refusals, credentials and regions: what AWS does around the plain answer. */
import * as ec2 from '@aws-sdk/client-ec2';
import * as eks from '@aws-sdk/client-eks';
import * as iam from '@aws-sdk/client-iam';
import { ListAccountsCommand, paginateListAccounts } from '@aws-sdk/client-organizations';
import * as s3 from '@aws-sdk/client-s3';
import * as sagemaker from '@aws-sdk/client-sagemaker';
import * as quotas from '@aws-sdk/client-service-quotas';
import * as sts from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeRegion, type Description, type SandboxRegion } from '../../shared/sandbox/description.ts';
import { type Sandbox, sandboxCredentials, startSandbox } from '../../shared/sandbox/server.ts';
import { storyAccount } from '../../shared/sandbox/story.ts';
import { callsForNothing } from './calls.ts';
import { account, type Clients, clientsOf, otherAccount } from './clients.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ pageSize: 3 });
});
afterAll(() => sandbox.close());

const here = (region = 'us-west-2') => clientsOf(sandbox.endpoint, region);
const story = (region: string) => {
  const found = storyAccount().accounts[account]?.regions[region];
  if (!found) throw new Error(`The story has no ${region}.`);
  return found;
};
async function all<T>(pages: AsyncIterable<T>): Promise<readonly T[]> {
  const read: T[] = [];
  for await (const page of pages) read.push(page);
  return read;
}

describe('pages', () => {
  test('are as small as the server says, and together hold every row once', async () => {
    const { ec2: client } = here();
    const pages = await all(ec2.paginateDescribeNetworkInterfaces({ client }, {}));
    expect(pages.map((p) => p.NetworkInterfaces?.length)).toEqual([3, 3, 3]);
    expect(pages.flatMap((p) => p.NetworkInterfaces?.map((n) => n.NetworkInterfaceId))).toEqual(
      story('us-west-2').networkInterfaces.map((n) => n.NetworkInterfaceId),
    );
  });

  test.each([
    [
      'MaxResults of EC2',
      async (c: Clients) =>
        (await all(ec2.paginateDescribeVpcEndpoints({ client: c.ec2, pageSize: 2 }, {}))).map((p) => p.VpcEndpoints?.length),
    ],
    [
      'MaxItems of IAM',
      async (c: Clients) =>
        (await all(iam.paginateListRoleTags({ client: c.iam, pageSize: 1 }, { RoleName: 'ml-researchers' }))).map((p) => p.Tags?.length),
    ],
    [
      'MaxResults of Organizations',
      async (c: Clients) => (await all(paginateListAccounts({ client: c.organizations, pageSize: 2 }, {}))).map((p) => p.Accounts?.length),
    ],
    [
      'MaxResults of Service Quotas',
      async (c: Clients) =>
        (await all(quotas.paginateListAWSDefaultServiceQuotas({ client: c.quotas, pageSize: 2 }, { ServiceCode: 'vpc' }))).map(
          (p) => p.Quotas?.length,
        ),
    ],
  ])('are as small as asked: %s', async (_, read) => {
    const sizes = await read(here());
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes.map((s) => s ?? 0))).toBe(sizes[0]);
    expect(sizes[0]).toBeLessThan(3);
  });

  test('sagemaker has far more than 300 quota rows, each with a code and a name of its own', async () => {
    const roomy = await startSandbox();
    const { quotas: client } = clientsOf(roomy.endpoint);
    const pages = await all(quotas.paginateListServiceQuotas({ client }, { ServiceCode: 'sagemaker' }));
    await roomy.close();
    const rows = pages.flatMap((p) => p.Quotas ?? []);
    expect(pages[0]?.Quotas).toHaveLength(100);
    expect(rows.length).toBeGreaterThan(300);
    expect(new Set(rows.map((q) => q.QuotaCode)).size).toBe(rows.length);
    expect(new Set(rows.map((q) => q.QuotaName)).size).toBe(rows.length);
  });

  test.each([
    ['another question', { Filters: [{ Name: 'vpc-id', Values: ['vpc-0'] }] }],
    ['an unknown token', { NextToken: 'bm9uc2Vuc2U' }],
  ])('are not given for %s', async (_, more) => {
    const { ec2: client } = here();
    const first = await client.send(new ec2.DescribeNetworkInterfacesCommand({}));
    const next = client.send(new ec2.DescribeNetworkInterfacesCommand({ NextToken: first.NextToken, ...more }));
    await expect(next).rejects.toMatchObject({ name: 'InvalidNextToken' });
  });

  test('a size that is none is refused', async () => {
    const { quotas: client } = here();
    await expect(client.send(new quotas.ListServiceQuotasCommand({ ServiceCode: 'vpc', MaxResults: 0 }))).rejects.toMatchObject({
      name: 'IllegalArgumentException',
    });
  });

  test('EC2 takes no page size beside interface ids', async () => {
    const ids = { NetworkInterfaceIds: [story('us-west-2').networkInterfaces[0]?.NetworkInterfaceId ?? ''] };
    await expect(here().ec2.send(new ec2.DescribeNetworkInterfacesCommand({ ...ids, MaxResults: 5 }))).rejects.toMatchObject({
      name: 'InvalidParameterCombination',
    });
  });

  test('elastic IPs come all at once, as in AWS', async () => {
    const many = Array.from({ length: 5 }, (_, i) => ({ AllocationId: `eipalloc-${i}`, PublicIp: `203.0.113.${i}`, Domain: 'vpc' }));
    const crowded = await startSandbox({
      description: changeRegion(storyAccount(), account, 'us-west-2', () => ({ addresses: many })),
      pageSize: 2,
    });
    const answer = await clientsOf(crowded.endpoint).ec2.send(new ec2.DescribeAddressesCommand({}));
    await crowded.close();
    expect(answer.Addresses).toHaveLength(5);
  });
});

describe('filters of EC2', () => {
  const west = story('us-west-2');
  const nodes = west.subnets[1]?.SubnetId ?? '';
  const table = west.routeTables.find((t) => t.Associations.some((a) => a.SubnetId === nodes))?.RouteTableId;
  const main = west.routeTables.find((t) => t.Associations.some((a) => a.Main))?.RouteTableId;
  const group = west.securityGroups[0]?.GroupId;
  const f = (Name: string, ...Values: string[]) => ({ Filters: [{ Name, Values }] });

  test.each<[string, (c: ec2.EC2Client) => Promise<unknown>, unknown]>([
    [
      'association.subnet-id',
      async (c) =>
        (await c.send(new ec2.DescribeRouteTablesCommand(f('association.subnet-id', nodes)))).RouteTables?.map((t) => t.RouteTableId),
      [table],
    ],
    [
      'association.main',
      async (c) =>
        (await c.send(new ec2.DescribeRouteTablesCommand(f('association.main', 'true')))).RouteTables?.map((t) => t.RouteTableId),
      [main],
    ],
    ['vpc-id that is not there', async (c) => (await c.send(new ec2.DescribeRouteTablesCommand(f('vpc-id', 'vpc-0')))).RouteTables, []],
    [
      'group-id of one that is not there: no error',
      async (c) =>
        (await c.send(new ec2.DescribeSecurityGroupsCommand(f('group-id', group ?? '', 'sg-0')))).SecurityGroups?.map((g) => g.GroupId),
      [group],
    ],
    [
      'wildcards',
      async (c) =>
        (await c.send(new ec2.DescribeSecurityGroupsCommand(f('group-name', 'hyper*', 'fsx-?ustre')))).SecurityGroups?.map(
          (g) => g.GroupName,
        ),
      ['hyperpod', 'fsx-lustre'],
    ],
    [
      'a dot is a dot',
      async (c) => (await c.send(new ec2.DescribeVpcEndpointsCommand(f('service-name', 'com_amazonaws.us-west-2.s3')))).VpcEndpoints,
      [],
    ],
    [
      'service-name',
      async (c) =>
        (await c.send(new ec2.DescribeVpcEndpointsCommand(f('service-name', 'com.amazonaws.us-west-2.s3')))).VpcEndpoints?.map(
          (e) => e.VpcEndpointType,
        ),
      ['Gateway'],
    ],
    [
      'a tag',
      async (c) => (await c.send(new ec2.DescribeSubnetsCommand(f('tag:Name', 'hyperpod-2c')))).Subnets?.map((s) => s.SubnetId),
      [nodes],
    ],
    [
      'attachment.vpc-id',
      async (c) =>
        (await c.send(new ec2.DescribeInternetGatewaysCommand(f('attachment.vpc-id', west.vpcs[0]?.VpcId ?? '')))).InternetGateways?.length,
      1,
    ],
    [
      'a type that is not offered here',
      async (c) =>
        (await c.send(new ec2.DescribeInstanceTypesCommand(f('instance-type', 'trn2.48xlarge', 'p5.48xlarge')))).InstanceTypes?.map(
          (t) => t.InstanceType,
        ),
      ['p5.48xlarge'],
    ],
    [
      'opt-in-status',
      async (c) =>
        (await c.send(new ec2.DescribeRegionsCommand({ AllRegions: true, ...f('opt-in-status', 'not-opted-in') }))).Regions?.map(
          (r) => r.RegionName,
        ).includes('ap-southeast-3'),
      true,
    ],
    [
      'regions that are not enabled stay out unless asked for',
      async (c) => (await c.send(new ec2.DescribeRegionsCommand({}))).Regions?.map((r) => r.RegionName).includes('ap-southeast-3'),
      false,
    ],
    [
      'offerings by zone name',
      async (c) =>
        (
          await c.send(
            new ec2.DescribeInstanceTypeOfferingsCommand({ LocationType: 'availability-zone', ...f('instance-type', 'p5e.48xlarge') }),
          )
        ).InstanceTypeOfferings?.map((o) => o.Location),
      ['us-west-2c'],
    ],
    [
      'offerings by region',
      async (c) =>
        (await c.send(new ec2.DescribeInstanceTypeOfferingsCommand(f('instance-type', 'p5.48xlarge')))).InstanceTypeOfferings?.map(
          (o) => o.Location,
        ),
      ['us-west-2'],
    ],
  ])('%s', async (_, read, expected) => {
    const roomy = await startSandbox();
    const seen = await read(clientsOf(roomy.endpoint).ec2).finally(() => roomy.close());
    expect(seen).toEqual(expected);
  });

  test('one that EC2 does not have is refused', async () => {
    await expect(here().ec2.send(new ec2.DescribeVpcsCommand(f('vpcid', 'x')))).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: "The filter 'vpcid' is invalid",
    });
  });
});

describe('what is not there', () => {
  test.each(callsForNothing)('%s', async (name, send) => {
    await expect(send(here())).rejects.toMatchObject({ name });
  });
});

describe('Service Quotas', () => {
  const type = 'ml.p5.48xlarge for cluster usage';
  const withQuotas = (more: object): Description =>
    changeRegion(storyAccount(), account, 'us-west-2', () => ({
      quotas: { sagemaker: { applied: {}, defaultOnly: [], missing: [], broken: {}, more: [], ...more } },
    }));
  const p5 = { ServiceCode: 'sagemaker', QuotaCode: 'L-8762A75F' };
  const applied = async (d: Description) => {
    const own = await startSandbox({ description: d });
    const { quotas: client } = clientsOf(own.endpoint);
    const list = await client.send(new quotas.ListServiceQuotasCommand(p5));
    const one = await client.send(new quotas.GetServiceQuotaCommand(p5)).catch((error: Error) => error.name);
    const standard = await client.send(new quotas.GetAWSDefaultServiceQuotaCommand(p5)).catch((error: Error) => error.name);
    await own.close();
    return {
      list: list.Quotas?.map((q) => q.Value ?? q.ErrorReason?.ErrorCode),
      one: typeof one === 'string' ? one : (one.Quota?.Value ?? one.Quota?.ErrorReason?.ErrorCode),
      standard: typeof standard === 'string' ? standard : standard.Quota?.Value,
    };
  };

  test.each([
    ['the account’s own value', { applied: { [type]: 7 } }, { list: [7], one: 7, standard: 0 }],
    ['a value of 0', { applied: { [type]: 0 } }, { list: [0], one: 0, standard: 0 }],
    ['only a default', { defaultOnly: [type] }, { list: [], one: 'NoSuchResourceException', standard: 0 }],
    ['no row at all', { missing: [type] }, { list: [], one: 'NoSuchResourceException', standard: 'NoSuchResourceException' }],
    [
      'a row without a value',
      { broken: { [type]: 'DEPENDENCY_THROTTLING_ERROR' } },
      { list: ['DEPENDENCY_THROTTLING_ERROR'], one: 'DEPENDENCY_THROTTLING_ERROR', standard: 0 },
    ],
  ])('%s', async (_, more, expected) => {
    expect(await applied(withQuotas(more))).toEqual(expected);
  });

  test('a type that a region does not offer has no row, nor has a region without HyperPod', async () => {
    const roomy = await startSandbox();
    const names = async (region: string) => {
      const { quotas: client } = clientsOf(roomy.endpoint, region);
      const pages = await all(quotas.paginateListAWSDefaultServiceQuotas({ client }, { ServiceCode: 'sagemaker' }));
      return pages.flatMap((p) => p.Quotas?.map((q) => q.QuotaName) ?? []);
    };
    const [north, paris] = [await names('eu-north-1'), await names('eu-west-3')];
    await roomy.close();
    expect(north).toContain('ml.p5en.48xlarge for cluster usage');
    expect(north).toContain('cluster-ml-r7i-12xlarge for cluster usage');
    expect(north).not.toContain('ml.p5.4xlarge for cluster usage');
    expect(paris.filter((n) => n?.includes('cluster'))).toEqual([]);
    expect(paris).toContain('ml.g5.xlarge for training job usage');
  });

  test('requests by status', async () => {
    const { quotas: client } = here('us-east-1');
    const pending = await client.send(new quotas.ListRequestedServiceQuotaChangeHistoryCommand({ Status: 'PENDING' }));
    const open = await client.send(new quotas.ListRequestedServiceQuotaChangeHistoryCommand({ Status: 'CASE_OPENED' }));
    expect([pending.RequestedQuotas?.length, open.RequestedQuotas?.length]).toEqual([0, 1]);
  });

  const raise = (client: quotas.ServiceQuotasClient, DesiredValue: number, of: object = p5) =>
    client.send(new quotas.RequestServiceQuotaIncreaseCommand({ ...p5, ...of, DesiredValue }));
  const openOnes = (n: number): SandboxRegion['quotaRequests'] =>
    Array.from({ length: n }, (_, i) => ({
      Id: `id-${i}`,
      ServiceCode: 'ec2',
      QuotaCode: `L-${i}`,
      QuotaName: `n ${i}`,
      DesiredValue: 9,
      Status: i % 2 === 0 ? ('PENDING' as const) : ('CASE_OPENED' as const),
      Created: '2026-11-01T08:00:00.000Z',
    }));
  const openIn = (region: string, n: number, more: Partial<SandboxRegion> = {}) =>
    changeRegion(storyAccount(), account, region, () => ({ quotaRequests: openOnes(n), ...more }));

  test('an increase that was asked for stands in the history of its region and account, pending, and changes no value', async () => {
    const own = await startSandbox();
    const { quotas: client } = clientsOf(own.endpoint);
    const { RequestedQuota } = await raise(client, 33);
    const history = await client.send(new quotas.ListRequestedServiceQuotaChangeHistoryByQuotaCommand(p5));
    const value = await client.send(new quotas.GetServiceQuotaCommand(p5));
    const elsewhere = await Promise.all(
      [clientsOf(own.endpoint, 'eu-north-1'), clientsOf(own.endpoint, 'us-west-2', sandboxCredentials(otherAccount))].map((c) =>
        c.quotas.send(new quotas.ListRequestedServiceQuotaChangeHistoryCommand({ Status: 'PENDING' })),
      ),
    );
    await own.close();
    expect(history.RequestedQuotas?.map((r) => [r.Id, r.DesiredValue, r.Status])).toEqual([
      [expect.any(String), 32, 'APPROVED'],
      [RequestedQuota?.Id, 33, 'PENDING'],
    ]);
    expect(value.Quota?.Value).toBe(32);
    expect(elsewhere.map((e) => e.RequestedQuotas?.length)).toEqual([0, 0]);
  });

  const fixed = {
    sagemaker: {
      applied: {},
      defaultOnly: [],
      missing: [],
      broken: {},
      more: [{ code: 'L-FIXED', name: 'Fixed', default: 1, adjustable: false }],
    },
  };
  test.each<[string, string, Description, string, number, object]>([
    ['no more than the value in force', 'IllegalArgumentException', storyAccount(), 'us-west-2', 32, {}],
    ['a second one while one is open', 'ResourceAlreadyExistsException', storyAccount(), 'us-east-1', 99, {}],
    [
      'a quota that cannot be raised',
      'IllegalArgumentException',
      openIn('us-west-2', 0, { quotas: fixed }),
      'us-west-2',
      9,
      { QuotaCode: 'L-FIXED' },
    ],
    ['a quota that is not there', 'NoSuchResourceException', storyAccount(), 'us-west-2', 9, { QuotaCode: 'L-0' }],
    ['more than AWS takes', 'IllegalArgumentException', storyAccount(), 'us-west-2', 1e11, {}],
    ['a 21st open request, wherever the others are', 'QuotaExceededException', openIn('eu-west-1', 19), 'us-west-2', 99, {}],
    [
      'a third one in an opt-in region',
      'QuotaExceededException',
      openIn('ap-southeast-3', 2, { optIn: 'opted-in' }),
      'ap-southeast-3',
      99,
      { QuotaCode: 'L-3308CCC7' },
    ],
  ])('%s is refused: %s', async (_, name, description, region, desired, of) => {
    const own = await startSandbox({ description });
    await expect(raise(clientsOf(own.endpoint, region).quotas, desired, of)).rejects.toMatchObject({ name });
    await own.close();
  });

  test('requests in opt-in regions take no place of the others', async () => {
    const own = await startSandbox({ description: openIn('ap-southeast-3', 25, { optIn: 'opted-in' }) });
    await expect(raise(clientsOf(own.endpoint).quotas, 99)).resolves.toMatchObject({ RequestedQuota: { Status: 'PENDING' } });
    await own.close();
  });
});

describe('S3', () => {
  const script = { Bucket: 'sagemaker-ml-prod-us-west-2', Key: 'lifecycle/on_create.sh' };
  const content = storyAccount().accounts[account]?.buckets[script.Bucket]?.objects[script.Key] ?? '';
  const size = content.length;

  test.each([
    ['bytes=0-10', '#!/bin/bash', `bytes 0-10/${size}`],
    ['bytes=0-999999', content, `bytes 0-${size - 1}/${size}`],
    [`bytes=${size - 4}-`, content.slice(-4), `bytes ${size - 4}-${size - 1}/${size}`],
    ['bytes=-4', content.slice(-4), `bytes ${size - 4}-${size - 1}/${size}`],
    ['bytes=nonsense', content, undefined],
    [undefined, content, undefined],
  ])('range %s', async (Range, expected, ContentRange) => {
    const object = await here().s3.send(new s3.GetObjectCommand({ ...script, Range }));
    expect(await object.Body?.transformToString()).toBe(expected);
    expect(object.ContentRange).toBe(ContentRange);
    expect(object.$metadata.httpStatusCode).toBe(ContentRange === undefined ? 200 : 206);
    expect(object.ContentLength).toBe(Buffer.byteLength(expected));
  });

  test('a range past the end is refused', async () => {
    await expect(here().s3.send(new s3.GetObjectCommand({ ...script, Range: 'bytes=999999-' }))).rejects.toMatchObject({
      name: 'InvalidRange',
      $metadata: { httpStatusCode: 416 },
    });
  });

  test('a bucket of another region: 301, and the region in a header', async () => {
    const bucket = { Bucket: 'sagemaker-ml-prod-eu-north-1' };
    await expect(here().s3.send(new s3.HeadBucketCommand(bucket))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 301 },
      $response: { headers: { 'x-amz-bucket-region': 'eu-north-1' } },
    });
    await expect(here().s3.send(new s3.GetBucketPolicyCommand(bucket))).rejects.toMatchObject({ name: 'PermanentRedirect' });
    const location = await here('us-east-1').s3.send(new s3.GetBucketLocationCommand(bucket));
    expect(location.LocationConstraint).toBe('eu-north-1');
  });

  test('a bucket in us-east-1 has no location, as ever', async () => {
    const location = await here('us-east-1').s3.send(new s3.GetBucketLocationCommand({ Bucket: 'sagemaker-ml-prod-us-east-1' }));
    expect(location.LocationConstraint).toBeUndefined();
  });

  test('a bucket of someone else is closed unless shared', async () => {
    const foreign = new s3.HeadObjectCommand({ Bucket: 'sagemaker-ml-research-us-west-2', Key: 'lifecycle/on_create.sh' });
    await expect(here().s3.send(foreign)).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    const d = storyAccount();
    const other = d.accounts[otherAccount];
    const theirs = other?.buckets['sagemaker-ml-research-us-west-2'];
    if (!other || !theirs) throw new Error('The story has no bucket of the other account.');
    const buckets = { ...other.buckets, 'sagemaker-ml-research-us-west-2': { ...theirs, sharedWith: [account] } };
    const friendly = await startSandbox({ description: { ...d, accounts: { ...d.accounts, [otherAccount]: { ...other, buckets } } } });
    const head = await clientsOf(friendly.endpoint).s3.send(foreign);
    await friendly.close();
    expect(head.ContentLength).toBeGreaterThan(0);
  });

  test('without permission to list, a missing object is denied', async () => {
    const own = await startSandbox({
      description: changeRegion(storyAccount(), account, 'us-west-2', () => ({ denied: ['s3:ListBucket'] })),
    });
    const { s3: client } = clientsOf(own.endpoint);
    const missing = await client.send(new s3.GetObjectCommand({ ...script, Key: 'none' })).catch((error: Error) => error.name);
    const there = await client.send(new s3.HeadObjectCommand(script));
    await own.close();
    expect(missing).toBe('AccessDenied');
    expect(there.ContentLength).toBe(size);
  });

  test('keys are percent-decoded', async () => {
    const d = storyAccount();
    const mine = d.accounts[account];
    if (!mine) throw new Error('The story has no account.');
    const buckets = { odd: { region: 'us-west-2', sharedWith: [], objects: { 'a b/ü+1.sh': 'x' } } };
    const own = await startSandbox({ description: { ...d, accounts: { [account]: { ...mine, buckets } } } });
    const head = await clientsOf(own.endpoint).s3.send(new s3.HeadObjectCommand({ Bucket: 'odd', Key: 'a b/ü+1.sh' }));
    await own.close();
    expect(head.ContentLength).toBe(1);
  });
});

describe('who calls', () => {
  const assume = (more: Partial<sts.AssumeRoleCommandInput> = {}) =>
    new sts.AssumeRoleCommand({ RoleArn: `arn:aws:iam::${otherAccount}:role/hyperpod-auditor`, RoleSessionName: 'audit', ...more });

  test('a role that may be entered leads into its account', async () => {
    const { Credentials: c } = await here().sts.send(assume());
    const inside = { accessKeyId: c?.AccessKeyId ?? '', secretAccessKey: c?.SecretAccessKey ?? '', sessionToken: c?.SessionToken ?? '' };
    const clients = clientsOf(sandbox.endpoint, 'us-west-2', inside);
    const me = await clients.sts.send(new sts.GetCallerIdentityCommand({}));
    expect(me).toMatchObject({ Account: otherAccount, Arn: `arn:aws:sts::${otherAccount}:assumed-role/hyperpod-auditor/audit` });
    const { ClusterSummaries } = await clients.sagemaker.send(new sagemaker.ListClustersCommand({}));
    expect(ClusterSummaries?.map((s) => s.ClusterName)).toEqual(['ablation']);
    const { sessionToken: _, ...half } = inside;
    await expect(clientsOf(sandbox.endpoint, 'us-west-2', half).sts.send(new sts.GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
  });

  test.each([
    ['a role that is not there', { RoleArn: `arn:aws:iam::${otherAccount}:role/none` }],
    ['a role that trusts no caller', { RoleArn: `arn:aws:iam::${otherAccount}:role/hyperpod-nodes` }],
    ['an account that is not there', { RoleArn: 'arn:aws:iam::777788889999:role/hyperpod-auditor' }],
  ])('AccessDenied for %s', async (_, more) => {
    await expect(here().sts.send(assume(more))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('sts:AssumeRole'),
    });
  });

  test('an external id that a role does not ask for changes nothing', async () => {
    expect(await here().sts.send(assume({ ExternalId: 'x' }))).toMatchObject({ Credentials: { AccessKeyId: expect.any(String) } });
  });

  test('a role that wants an external id gets it', async () => {
    const d = storyAccount();
    const other = d.accounts[otherAccount];
    if (!other) throw new Error('The story has no other account.');
    const enterable = { 'hyperpod-auditor': { by: [account], externalId: 'secret' } };
    const own = await startSandbox({ description: { ...d, accounts: { ...d.accounts, [otherAccount]: { ...other, enterable } } } });
    const { sts: client } = clientsOf(own.endpoint);
    const without = await client.send(assume()).catch((error: Error) => error.name);
    const withId = await client.send(assume({ ExternalId: 'secret' }));
    await own.close();
    expect(without).toBe('AccessDenied');
    expect(withId.AssumedRoleUser?.Arn).toContain(otherAccount);
  });

  test('only the management account lists the organization', async () => {
    const { organizations } = clientsOf(sandbox.endpoint, 'us-east-1', sandboxCredentials(otherAccount));
    await expect(organizations.send(new ListAccountsCommand({}))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('without an organization no account is listed', async () => {
    const { organization: _, ...alone } = storyAccount();
    const own = await startSandbox({ description: alone });
    const answer = await clientsOf(own.endpoint)
      .organizations.send(new ListAccountsCommand({}))
      .catch((error: Error) => error.name);
    await own.close();
    expect(answer).toBe('AWSOrganizationsNotInUseException');
  });

  const strangers: readonly [string, (c: Clients) => Promise<unknown>][] = [
    ['AuthFailure', (c) => c.ec2.send(new ec2.DescribeVpcsCommand({}))],
    ['UnrecognizedClientException', (c) => c.sagemaker.send(new sagemaker.ListClustersCommand({}))],
    ['UnrecognizedClientException', (c) => c.quotas.send(new quotas.ListServiceQuotasCommand({ ServiceCode: 'vpc' }))],
    ['UnrecognizedClientException', (c) => c.eks.send(new eks.DescribeClusterCommand({ name: 'x' }))],
    ['InvalidClientTokenId', (c) => c.sts.send(new sts.GetCallerIdentityCommand({}))],
    ['InvalidAccessKeyId', (c) => c.s3.send(new s3.GetBucketLocationCommand({ Bucket: 'x' }))],
  ];
  test.each(strangers)('%s in a region that is not enabled', async (name, send) => {
    await expect(send(here('ap-southeast-3'))).rejects.toMatchObject({ name });
  });
  test.each(strangers)('%s for unknown credentials', async (name, send) => {
    await expect(send(clientsOf(sandbox.endpoint, 'us-west-2', sandboxCredentials('999999999999')))).rejects.toMatchObject({ name });
    expect(sandbox.calls.at(-1)).toMatchObject({ account: '' });
  });

  test('IAM has no region, so none keeps it from answering', async () => {
    const { iam: client } = here('ap-southeast-3');
    expect((await client.send(new iam.ListAccountAliasesCommand({}))).AccountAliases).toEqual(['ml-prod']);
  });

  test('an enabled region without a description is empty, not an error', async () => {
    const clients = here('ap-northeast-1');
    expect((await clients.ec2.send(new ec2.DescribeSubnetsCommand({}))).Subnets).toEqual([]);
    const zones = await clients.ec2.send(new ec2.DescribeAvailabilityZonesCommand({}));
    expect(zones.AvailabilityZones?.map((z) => `${z.ZoneName} ${z.ZoneId}`)).toEqual([
      'ap-northeast-1a apne1-az1',
      'ap-northeast-1b apne1-az2',
      'ap-northeast-1c apne1-az4',
    ]);
  });
});

describe('what the sandbox does not answer', () => {
  test.each<[string, string, (c: Clients) => Promise<unknown>]>([
    ['InvalidAction', 'ec2:DescribeHosts', (c) => c.ec2.send(new ec2.DescribeHostsCommand({}))],
    ['UnknownOperationException', 'sagemaker:ListModels', (c) => c.sagemaker.send(new sagemaker.ListModelsCommand({}))],
    ['UnknownOperationException', 'eks:GET /clusters/x/updates', (c) => c.eks.send(new eks.ListUpdatesCommand({ name: 'x' }))],
    ['InvalidAction', 'iam:ListRoles', (c) => c.iam.send(new iam.ListRolesCommand({}))],
    ['NotImplemented', 's3:GET of all buckets', (c) => c.s3.send(new s3.ListBucketsCommand({}))],
    ['NotImplemented', 's3:GET of a bucket', (c) => c.s3.send(new s3.ListObjectsCommand({ Bucket: 'x' }))],
    ['NotImplemented', 's3:GET of a bucket (versioning)', (c) => c.s3.send(new s3.GetBucketVersioningCommand({ Bucket: 'x' }))],
    ['NotImplemented', 's3:GET of an object', (c) => c.s3.send(new s3.GetObjectTaggingCommand({ Bucket: 'x', Key: 'y' }))],
  ])('%s names %s', async (name, operation, send) => {
    await expect(send(here())).rejects.toMatchObject({ name, message: `The sandbox account does not answer ${operation}.` });
    const last = sandbox.calls.at(-1);
    expect(`${last?.service}:${last?.operation}`).toBe(operation);
  });

  test.each([
    ['a request without a signature', {}, 403, 'not signed'],
    [
      'a service it does not have',
      {
        authorization: 'AWS4-HMAC-SHA256 Credential=111122223333/20261123/us-west-2/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
      },
      404,
      'no service dynamodb',
    ],
  ])('%s', async (_, headers, status, words) => {
    const response = await fetch(sandbox.endpoint, { headers });
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(words);
  });
});
