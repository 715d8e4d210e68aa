/**
 * The sandbox account's replies, as they leave, held against botocore's models of the services: so that it answers in
 * AWS's shapes is not vouched for by the one SDK that the auditor itself uses.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import * as ec2 from '@aws-sdk/client-ec2';
import * as fsx from '@aws-sdk/client-fsx';
import * as iam from '@aws-sdk/client-iam';
import { ListAccountsCommand } from '@aws-sdk/client-organizations';
import * as s3 from '@aws-sdk/client-s3';
import * as sagemaker from '@aws-sdk/client-sagemaker';
import * as quotas from '@aws-sdk/client-service-quotas';
import * as sts from '@aws-sdk/client-sts';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { collectRegion } from '../../shared/aws/collect/collect-region.ts';
import type { Description } from '../../shared/sandbox/description.ts';
import {
  operations,
  type RecordedCall,
  type Sandbox,
  sandboxCredentials,
  startSandbox,
  type WireAnswer,
} from '../../shared/sandbox/server.ts';
import { everything, settingsOf, world } from '../aws/world.ts';
import { callsForNothing, description, sampleCalls } from '../sandbox/calls.ts';
import { account, type Clients, clientsOf, otherAccount } from '../sandbox/clients.ts';

interface Reply {
  readonly service: string;
  readonly operation: string;
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: Buffer;
}

interface Judged {
  readonly operation: string;
  /** How botocore names the error; `null` where the reply is none. */
  readonly code: string | null;
  /** Whether botocore would slow down for it. */
  readonly throttled: boolean;
  readonly problems: readonly string[];
}

/** Services that botocore calls otherwise than IAM and the credential scope do. */
const names: { readonly [service: string]: string } = { servicequotas: 'service-quotas' };

/** Each reply as botocore judges it, in order. */
function judge(replies: readonly Reply[]): readonly Judged[] {
  const lines = replies.map((r) => JSON.stringify({ ...r, service: names[r.service] ?? r.service, body: r.body.toString('base64') }));
  const run = spawnSync(inject('python'), [join(import.meta.dirname, 'models.py')], {
    input: lines.join('\n'),
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (run.status !== 0) throw new Error(`models.py ended with ${run.status}: ${run.stderr}`, { cause: run.error });
  const judged = run.stdout.trim().split('\n');
  if (judged.length !== replies.length) throw new Error(`models.py judged ${judged.length} of ${replies.length} replies.`);
  return judged.map((line, i) => ({ ...(JSON.parse(line) as Judged), operation: `${replies[i]?.service}:${replies[i]?.operation}` }));
}

/** Where AWS itself answers otherwise than its model says: as the live API does is how the sandbox has to. */
const livelier: readonly { readonly problem: RegExp; readonly why: string }[] = [
  {
    problem: /^DescribeVpcEndpoints\.vpcEndpointSet\[\d+\]\.state: 'available' is none of/,
    why: 'the model spells states of endpoints with a capital',
  },
  {
    problem: /^DescribeInternetGateways\..*\.attachmentSet\[\d+\]\.state: 'available' is none of/,
    why: 'the model lends gateways the states of volumes',
  },
  { problem: /^DescribeNetworkInterfaces\..*\.interfaceType: 'nat_gateway' is none of/, why: 'the model calls it natGateway' },
  {
    problem: /^GetRole\.Role\.PermissionsBoundary\.PermissionsBoundaryType: 'Policy' is none of/,
    why: 'the model calls it PermissionsBoundaryPolicy',
  },
];

const problemsOf = (judged: readonly Judged[]): readonly string[] =>
  judged.flatMap((j) => j.problems.filter((p) => !livelier.some((l) => l.problem.test(p))).map((p) => `${j.operation}: ${p}`));

const replies: Reply[] = [];
const keep = (call: RecordedCall, { status, headers, body }: WireAnswer) =>
  replies.push({ service: call.service, operation: call.operation, status, headers, body: Buffer.from(body) });

/** What the sandbox answers while this goes on. */
async function during(work: () => Promise<unknown>): Promise<readonly Reply[]> {
  replies.length = 0;
  await work();
  return replies.splice(0);
}

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ description: description(), onAnswer: keep });
});
afterEach(() => {
  sandbox.setFaults([]);
  sandbox.setDescription(description());
});
afterAll(() => sandbox.close());

/** Every operation once, however it is answered. */
const each = (region?: string, credentials: Parameters<typeof clientsOf>[2] = sandboxCredentials(account)) =>
  during(async () => {
    for (const call of sampleCalls) await call.send(clientsOf(sandbox.endpoint, region ?? call.region, credentials)).catch(() => undefined);
  });

/** All that a region with everything in it answers to the collectors. */
async function collected(pageSize?: number): Promise<{ readonly judged: readonly Judged[]; readonly calls: number }> {
  // A name that IAM gives to no policy: it stands there to be encoded.
  const legal = JSON.parse(JSON.stringify(world()).replaceAll("zoë's 50% (*)", 'zoe+50=@,-_.')) as Description;
  const own = await startSandbox({ description: legal, onAnswer: keep, ...(pageSize !== undefined && { pageSize }) });
  const settings = settingsOf(own);
  const sent = await during(() => collectRegion({ account, partition: 'aws', region: 'us-west-2', plan: everything, settings }));
  await own.close();
  return { judged: judge(sent), calls: own.calls.length };
}

let once: readonly Judged[] = [];
let whole: Awaited<ReturnType<typeof collected>> = { judged: [], calls: 0 };
beforeAll(async () => {
  once = judge(await each());
  whole = await collected();
});

describe('botocore understands every operation', () => {
  test.each(operations)('%s', (operation) => {
    const own = once.filter((j) => j.operation === operation);
    expect(own.length).toBeGreaterThan(0);
    expect(own.map((j) => j.code)).toEqual(own.map(() => null));
    expect(problemsOf(own)).toEqual([]);
  });

  test('there are no other operations', () => {
    expect([...new Set(once.map((j) => j.operation))].toSorted()).toEqual(operations);
  });

  test('and all that a region with everything in it answers to the collectors', () => {
    expect(whole.judged.length).toBe(whole.calls);
    expect(problemsOf(whole.judged)).toEqual([]);
  });

  test('also row by row', async () => {
    const { judged, calls } = await collected(1);
    expect(calls).toBeGreaterThan(whole.calls);
    expect(judged.length).toBe(calls);
    expect(problemsOf(judged)).toEqual([]);
  });

  test.each(livelier)('where AWS goes beyond its model ($why) so does the sandbox', ({ problem }) => {
    expect([...once, ...whole.judged].flatMap((j) => j.problems).some((p) => problem.test(p))).toBe(true);
  });
});

describe('in all of the story, also where the answer is no', () => {
  test.each([
    [account, 'us-east-1'],
    [account, 'us-west-2'],
    [account, 'eu-north-1'],
    [account, 'ap-southeast-3'],
    [account, 'eu-central-1'],
    [otherAccount, 'us-west-2'],
  ])('%s %s', async (id, region) => {
    const judged = judge(await each(region, sandboxCredentials(id)));
    expect(judged.length).toBe(sampleCalls.length);
    expect(problemsOf(judged)).toEqual([]);
  });
});

/** What botocore makes of an error's code that the SDK names so: IAM's model calls it another thing than IAM does, HEAD says none. */
const codesOf = (name: string): readonly string[] => [name, name.replace(/Exception$/, ''), ...(name === 'NotFound' ? ['404'] : [])];

describe('errors are those that the operation or its protocol knows', () => {
  test.each([
    ['denied', { kind: 'deny' }, /^(UnauthorizedOperation|AccessDenied(Exception)?|403)$/],
    ['throttled', { kind: 'throttle' }, /^(RequestLimitExceeded|TooManyRequestsException|Throttling(Exception)?|SlowDown|503)$/],
    ['broken', { kind: 'error' }, /^(Internal(Error|Failure|ServiceError)|ServerException|500)$/],
    ['unavailable', { kind: 'error', status: 503 }, /^((Service)?Unavailable|ServiceUnavailableException|503)$/],
  ] as const)('%s, by each operation', async (_, fault, codes) => {
    sandbox.setFaults([{ on: '*', ...fault }]);
    const judged = judge(await each());
    expect([...new Set(judged.map((j) => j.operation))].toSorted()).toEqual(operations);
    expect(problemsOf(judged)).toEqual([]);
    for (const { operation, code, throttled } of judged) {
      expect(code, operation).toMatch(codes);
      // HEAD has a status only, and botocore tries 503 again without slowing down.
      if (code !== '503') expect(throttled, operation).toBe(fault.kind === 'throttle');
    }
  });

  test.each([
    ['unknown credentials', { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' }, undefined],
    ['a region that is not enabled', sandboxCredentials(account), 'ap-southeast-3'],
  ])('%s', async (_, credentials, region) => {
    const judged = judge(await each(region, credentials));
    expect(problemsOf(judged)).toEqual([]);
    const strange = /^(AuthFailure|UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId|403)$/;
    const refused = judged.filter((j) => j.code !== null && strange.test(j.code)).map((j) => j.operation);
    const inRegions = operations.filter((o) => !/^(iam|organizations):/.test(o));
    expect([...new Set(refused)].toSorted()).toEqual(region === undefined ? operations : inRegions);
  });

  test('what is not there', async () => {
    const named: string[] = [];
    const sent = await during(async () => {
      for (const [name, send] of callsForNothing) {
        named.push(name);
        await send(clientsOf(sandbox.endpoint)).catch(() => undefined);
      }
    });
    const judged = judge(sent);
    expect(judged.length).toBe(named.length);
    for (const [i, { code, operation }] of judged.entries()) expect(codesOf(named[i] ?? ''), operation).toContain(code);
    expect(problemsOf(judged)).toEqual([]);
  });

  const bucket = 'sagemaker-ml-prod-us-west-2';
  const wrong: readonly (readonly [code: string, send: (c: Clients) => Promise<unknown>])[] = [
    ['InvalidNextToken', (c) => c.ec2.send(new ec2.DescribeVpcsCommand({ NextToken: 'x' }))],
    ['InvalidParameterValue', (c) => c.ec2.send(new ec2.DescribeVpcsCommand({ Filters: [{ Name: 'nothing', Values: ['x'] }] }))],
    ['BadRequest', (c) => c.fsx.send(new fsx.DescribeFileSystemsCommand({ NextToken: 'x' }))],
    ['ValidationError', (c) => c.iam.send(new iam.ListRolePoliciesCommand({ RoleName: 'hyperpod-nodes', Marker: 'x' }))],
    ['ValidationException', (c) => c.sagemaker.send(new sagemaker.ListClustersCommand({ NextToken: 'x' }))],
    ['InvalidPaginationTokenException', (c) => c.quotas.send(new quotas.ListServiceQuotasCommand({ ServiceCode: 'vpc', NextToken: 'x' }))],
    ['IllegalArgumentException', (c) => c.quotas.send(new quotas.ListServiceQuotasCommand({ ServiceCode: 'vpc', MaxResults: 0 }))],
    ['InvalidInputException', (c) => c.organizations.send(new ListAccountsCommand({ NextToken: 'x' }))],
    ['ValidationError', (c) => c.sts.send(new sts.AssumeRoleCommand({ RoleArn: 'x', RoleSessionName: 'audit' }))],
    [
      'AccessDenied',
      (c) => c.sts.send(new sts.AssumeRoleCommand({ RoleArn: `arn:aws:iam::${otherAccount}:role/x`, RoleSessionName: 'a' })),
    ],
    ['InvalidRange', (c) => c.s3.send(new s3.GetObjectCommand({ Bucket: bucket, Key: 'lifecycle/on_create.sh', Range: 'bytes=999999-' }))],
    ['PermanentRedirect', (c) => c.s3.send(new s3.GetBucketPolicyCommand({ Bucket: 'sagemaker-ml-prod-eu-north-1' }))],
    ['301', (c) => c.s3.send(new s3.HeadBucketCommand({ Bucket: 'sagemaker-ml-prod-eu-north-1' }))],
  ];
  test('what is asked wrongly', async () => {
    const judged = judge(
      await during(async () => {
        for (const [, send] of wrong) await send(clientsOf(sandbox.endpoint)).catch(() => undefined);
      }),
    );
    expect(judged.map((j) => j.code)).toEqual(wrong.map(([code]) => code));
    expect(problemsOf(judged)).toEqual([]);
  });
});

describe('a reply that is not AWS’s is found out', () => {
  const inBody = (from: string | RegExp, to: string) => (r: Reply) => {
    const body = r.body.toString();
    if (body.replace(from, to) === body) throw new Error(`${r.operation} answers nothing like ${from}.`);
    return { ...r, body: Buffer.from(body.replace(from, to)) };
  };
  const inHeader = (name: string, value: string) => (r: Reply) => ({ ...r, headers: { ...r.headers, [name]: value } });

  const spoiled: readonly (readonly [operation: string, spoil: (r: Reply) => Reply, problem: RegExp])[] = [
    ['ec2:DescribeSubnets', inBody(/subnetId>/g, 'subnet>'), /subnetSet\[0\]\.subnet: the model has no such element/],
    ['ec2:DescribeSubnets', inBody(/<item>/, '<item><vpcId>vpc-1</vpcId>'), /subnetSet\[0\]\.vpcId: stands there twice/],
    ['ec2:DescribeSubnets', inBody(/<(\/?)item>/g, '<$1member>'), /list items are called item/],
    ['ec2:DescribeSubnets', inBody(/DescribeSubnetsResponse/g, 'Response'), /the root is Response/],
    ['ec2:DescribeSubnets', inBody('</', '< '), /ParseError|ResponseParserError/],
    ['ec2:DescribeSubnets', inBody(/<availableIpAddressCount>\d+/, '<availableIpAddressCount>many'), /'many' is no integer/],
    ['ec2:DescribeSubnets', inBody(/<state>available/, '<state>there'), /'there' is none of/],
    ['iam:GetRole', inBody(/<CreateDate>[^<]+/, '<CreateDate>1790000000'), /'1790000000' is no timestamp/],
    ['iam:GetRole', inBody(/<RoleId>[^<]*<\/RoleId>/, ''), /Role\.RoleId: required and missing/],
    ['iam:GetRole', inBody(/GetRoleResult/g, 'Result'), /GetRoleResult is missing/],
    ['iam:ListAttachedRolePolicies', inBody('<IsTruncated>false', '<IsTruncated>no'), /'no' is no boolean/],
    ['servicequotas:GetServiceQuota', inBody('"Value":32', '"Value":"32"'), /Quota\.Value: '32' is no number/],
    ['servicequotas:GetServiceQuota', inBody('"Value":32', '"Value":null'), /Quota\.Value: null/],
    ['sagemaker:DescribeCluster', inBody('"ClusterStatus"', '"Status"'), /ClusterStatus: required and missing/],
    ['sagemaker:DescribeCluster', inBody('"InService"', '"Running"'), /'Running' is none of/],
    [
      'sagemaker:DescribeCluster',
      inBody(/"CurrentCount":\d+/, '"CurrentCount":-1'),
      /CurrentCount: value -1, the model asks for 0 or more/,
    ],
    ['sagemaker:DescribeCluster', inBody(/"ClusterArn":"[^"]+/, '"ClusterArn":"eval'), /ClusterArn: 'eval' does not match/],
    ['eks:DescribeCluster', inBody(/"createdAt":[\d.]+/, '"createdAt":1790000000000'), /is no timestamp in seconds/],
    ['eks:DescribeCluster', inBody(/"subnetIds":\[[^\]]*\]/, '"subnetIds":"subnet-1"'), /subnetIds: a list was expected/],
    ['s3:HeadObject', inHeader('last-modified', '2026-10-02T14:05:00.000Z'), /LastModified: .* is no timestamp \(rfc822\)/],
    ['s3:GetObject', inHeader('content-length', 'long'), /ContentLength|ValueError/],
    ['s3:GetBucketLocation', inBody('us-west-2', 'us-west-9'), /'us-west-9' is none of/],
    ['s3:GetObject', (r) => ({ ...r, operation: 'GetThing' }), /the model has no such operation/],
  ];
  let found: readonly Judged[] = [];
  beforeAll(async () => {
    const good = await each();
    const spoil = ([operation, change]: (typeof spoiled)[number]) => {
      const reply = good.find((r) => `${r.service}:${r.operation}` === operation);
      if (!reply) throw new Error(`Nothing was answered to ${operation}.`);
      return change(reply);
    };
    found = judge(spoiled.map(spoil));
  });
  test.each(spoiled.map(([operation, , problem], i) => ({ operation, problem, i })))('$operation: $problem', ({ problem, i }) => {
    expect(found[i]?.problems.join('\n')).toMatch(problem);
  });

  const refused = (service: string, operation: string, status: number, body: string, headers = {}): Reply => ({
    service,
    operation,
    status,
    headers,
    body: Buffer.from(body),
  });
  const misnamed: readonly (readonly [what: string, reply: Reply])[] = [
    ['an error the operation does not know', refused('sagemaker', 'DescribeCluster', 400, '{"__type":"NoSuchCluster"}')],
    ['an error without a name', refused('sagemaker', 'DescribeCluster', 400, '{"message":"no"}')],
    ['an error of another protocol', refused('iam', 'GetRole', 404, '{"__type":"NoSuchEntity"}')],
    ['a status that is not the error’s', refused('eks', 'DescribeCluster', 400, '{}', { 'x-amzn-errortype': 'ResourceNotFoundException' })],
  ];
  test('errors too', () => {
    const judged = judge(misnamed.map(([, reply]) => reply));
    expect(judged.map((j, i) => [misnamed[i]?.[0], j.problems.length])).toEqual(misnamed.map(([what]) => [what, 1]));
  });
});
