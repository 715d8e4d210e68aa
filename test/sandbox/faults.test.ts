/** Every kind of fault in every protocol, as the SDK sees it. */
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import { DescribeFileSystemsCommand } from '@aws-sdk/client-fsx';
import { ListAccountAliasesCommand } from '@aws-sdk/client-iam';
import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { ListAccountsCommand } from '@aws-sdk/client-organizations';
import { GetBucketLocationCommand, GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { ListClustersCommand } from '@aws-sdk/client-sagemaker';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { ListServiceQuotasCommand } from '@aws-sdk/client-service-quotas';
import { GetDocumentCommand } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { changeRegion } from '../../shared/sandbox/description.ts';
import { type Fault, faultKinds, faultPicker } from '../../shared/sandbox/faults.ts';
import { type Sandbox, sandboxCredentials, startSandbox } from '../../shared/sandbox/server.ts';
import { storyAccount } from '../../shared/sandbox/story.ts';
import { ids, kmsKeys, secrets } from '../aws/world.ts';
import { account, type Clients, clientsOf } from './clients.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ description: changeRegion(storyAccount(), account, 'us-east-1', () => ({ kmsKeys, secrets })) });
});
afterEach(() => sandbox.setFaults([]));
afterAll(() => sandbox.close());

const script = { Bucket: 'sagemaker-ml-prod-us-west-2', Key: 'lifecycle/on_create.sh' };
const calls: Readonly<Record<string, (c: Clients) => Promise<object>>> = {
  ec2: (c) => c.ec2.send(new DescribeVpcsCommand({})),
  cloudwatch: (c) => c.cloudwatch.send(new DescribeAlarmsCommand({})),
  eks: (c) => c.eks.send(new DescribeClusterCommand({ name: 'llm-east' })),
  fsx: (c) => c.fsx.send(new DescribeFileSystemsCommand({})),
  iam: (c) => c.iam.send(new ListAccountAliasesCommand({})),
  kms: (c) => c.kms.send(new DescribeKeyCommand({ KeyId: ids.key })),
  organizations: (c) => c.organizations.send(new ListAccountsCommand({})),
  s3: (c) => c.s3.send(new GetBucketLocationCommand({ Bucket: script.Bucket })),
  sagemaker: (c) => c.sagemaker.send(new ListClustersCommand({})),
  secretsmanager: (c) => c.secretsmanager.send(new DescribeSecretCommand({ SecretId: ids.secret })),
  servicequotas: (c) => c.quotas.send(new ListServiceQuotasCommand({ ServiceCode: 'ec2' })),
  ssm: (c) => c.ssm.send(new GetDocumentCommand({ Name: 'SSM-SessionManagerRunShell' })),
  sts: (c) => c.sts.send(new GetCallerIdentityCommand({})),
};
const services = Object.keys(calls);
const send = (service: string, region = 'us-east-1') => {
  const call = calls[service];
  if (!call) throw new Error(`No call to ${service} is known.`);
  return call(clientsOf(sandbox.endpoint, region));
};

describe('throttled, denied and broken in the service’s own words', () => {
  test.each([
    ['ec2', 'RequestLimitExceeded', 'UnauthorizedOperation', 'InternalError'],
    ['cloudwatch', 'ThrottlingException', 'AccessDeniedException', 'InternalFailure'],
    ['eks', 'ThrottlingException', 'AccessDeniedException', 'ServerException'],
    ['fsx', 'ThrottlingException', 'AccessDeniedException', 'InternalFailure'],
    ['iam', 'Throttling', 'AccessDenied', 'InternalFailure'],
    ['kms', 'ThrottlingException', 'AccessDeniedException', 'InternalFailure'],
    ['organizations', 'TooManyRequestsException', 'AccessDeniedException', 'InternalFailure'],
    ['s3', 'SlowDown', 'AccessDenied', 'InternalError'],
    ['sagemaker', 'ThrottlingException', 'AccessDeniedException', 'InternalFailure'],
    ['secretsmanager', 'ThrottlingException', 'AccessDeniedException', 'InternalServiceError'],
    ['servicequotas', 'TooManyRequestsException', 'AccessDeniedException', 'InternalFailure'],
    ['ssm', 'ThrottlingException', 'AccessDeniedException', 'InternalFailure'],
    ['sts', 'Throttling', 'AccessDenied', 'InternalFailure'],
  ])('%s: %s, %s, %s', async (service, throttled, denied, broken) => {
    sandbox.setFaults([{ on: `${service}:*`, kind: 'throttle' }]);
    await expect(send(service)).rejects.toMatchObject({ name: throttled });
    sandbox.setFaults([{ on: `${service}:*`, kind: 'deny' }]);
    await expect(send(service)).rejects.toMatchObject({
      name: denied,
      message: expect.stringMatching(
        new RegExp(`User: arn:aws:iam::${account}:user/operator is not authorized to perform: ${service}:[A-Za-z]+ because`),
      ),
    });
    sandbox.setFaults([{ on: `${service}:*`, kind: 'error' }]);
    await expect(send(service)).rejects.toMatchObject({ name: broken, $metadata: { httpStatusCode: 500 } });
    sandbox.setFaults([{ on: `${service}:*`, kind: 'error', status: 503 }]);
    await expect(send(service)).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
  });
});

describe('broken on the way', () => {
  const fatal = (['html', 'truncate', 'reset', 'malformed'] as const).flatMap((kind) => services.map((service) => ({ kind, service })));
  // S3 hands out the bytes it gets: garbage is no error there, and the location it then reads is none.
  test.each(fatal.filter((f) => f.kind !== 'malformed' || f.service !== 's3'))(
    '$kind: $service does not answer',
    async ({ kind, service }) => {
      sandbox.setFaults([{ on: '*', kind }]);
      await expect(send(service)).rejects.toThrow();
      sandbox.setFaults([]);
      await expect(send(service)).resolves.toBeDefined();
    },
  );

  test('HTML is a 502 with a web page', async () => {
    sandbox.setFaults([{ on: 'ec2:DescribeVpcs', kind: 'html' }]);
    const clients = clientsOf(sandbox.endpoint);
    await expect(clients.ec2.send(new DescribeVpcsCommand({}))).rejects.toMatchObject({ $metadata: { httpStatusCode: 502 } });
    expect(clients.bodies.at(-1)).toMatch(/^<html>/);
  });

  test('garbage from S3 is garbage in the object', async () => {
    sandbox.setFaults([{ on: 's3:GetObject', kind: 'malformed' }]);
    const object = await clientsOf(sandbox.endpoint).s3.send(new GetObjectCommand(script));
    expect(await object.Body?.transformToString()).toMatch(/^<<</);
  });

  test('an answer without a body cannot be cut, so it does not come', async () => {
    sandbox.setFaults([{ on: 's3:HeadObject', kind: 'truncate' }]);
    await expect(clientsOf(sandbox.endpoint).s3.send(new HeadObjectCommand(script))).rejects.toThrow();
  });

  test('a hanging call ends in the client’s own timeout, others do not wait for it', async () => {
    sandbox.setFaults([{ on: 'ec2:DescribeVpcs', kind: 'hang' }]);
    const impatient = new EC2Client({
      endpoint: sandbox.endpoint,
      region: 'us-west-2',
      credentials: sandboxCredentials(account),
      maxAttempts: 1,
      requestHandler: { requestTimeout: 100, throwOnRequestTimeout: true },
    });
    const hanging = impatient.send(new DescribeVpcsCommand({})).catch((error: Error) => error.name);
    await expect(send('sagemaker')).resolves.toBeDefined();
    expect(await hanging).toBe('TimeoutError');
  });

  test('closing ends calls that hang', async () => {
    const own = await startSandbox({ faults: [{ on: '*', kind: 'hang' }] });
    const hanging = clientsOf(own.endpoint).sts.send(new GetCallerIdentityCommand({}));
    const ended = expect(hanging).rejects.toThrow();
    await expect.poll(() => own.calls.length, { timeout: 60_000 }).toBe(1);
    await own.close();
    await ended;
  });

  test('slow answers come after those that are not', async () => {
    sandbox.setFaults([{ on: 'ec2:DescribeVpcs', kind: 'slow', ms: 3_600_000 }]);
    let isAnswered = false;
    // It ends with the sandbox.
    void send('ec2').then(
      () => {
        isAnswered = true;
      },
      () => undefined,
    );
    await expect(send('sagemaker')).resolves.toBeDefined();
    expect(isAnswered).toBe(false);
    sandbox.setFaults([{ on: 'ec2:DescribeVpcs', kind: 'slow', ms: 100 }]);
    await expect(send('ec2')).resolves.toBeDefined();
  });
});

describe('a clock of its own', () => {
  const hour = 3_600_000;
  const toRegion = async (clockAheadMs: number, work: (endpoint: string) => Promise<void>) => {
    const own = await startSandbox({ clockAheadMs });
    try {
      await work(own.endpoint);
    } finally {
      await own.close();
    }
  };

  test.each([
    ['ec2', 'AuthFailure'],
    ['eks', 'InvalidSignatureException'],
    ['iam', 'SignatureDoesNotMatch'],
    ['s3', 'RequestTimeTooSkewed'],
    ['sagemaker', 'InvalidSignatureException'],
    ['sts', 'SignatureDoesNotMatch'],
  ])('%s refuses signatures of another time: %s', async (service, name) => {
    for (const ahead of [hour, -hour])
      await toRegion(ahead, async (endpoint) => {
        await expect(calls[service]?.(clientsOf(endpoint, 'us-east-1'))).rejects.toMatchObject({ name });
      });
    for (const ahead of [200_000, -200_000])
      await toRegion(ahead, async (endpoint) => {
        await expect(calls[service]?.(clientsOf(endpoint, 'us-east-1'))).resolves.toBeDefined();
      });
  });

  test('the SDK signs with the time of the answer and gets through', async () => {
    await toRegion(hour, async (endpoint) => {
      const ec2 = new EC2Client({ endpoint, region: 'us-west-2', credentials: sandboxCredentials(account), maxAttempts: 2 });
      expect((await ec2.send(new DescribeVpcsCommand({}))).Vpcs).toHaveLength(1);
    });
  });
});

describe('where and how often', () => {
  const outcomes = async (...sent: readonly (readonly [service: string, region?: string])[]) => {
    const names: string[] = [];
    for (const [service, region] of sent)
      names.push(
        await send(service, region).then(
          () => 'ok',
          (error: Error) => error.name,
        ),
      );
    return names;
  };

  test('so many times for each operation, region and account, then no more', async () => {
    sandbox.setFaults([{ on: '*', kind: 'throttle', times: 2 }]);
    expect(await outcomes(['ec2'], ['ec2'], ['sagemaker'], ['ec2'], ['ec2', 'us-west-2'])).toEqual([
      'RequestLimitExceeded',
      'RequestLimitExceeded',
      'ThrottlingException',
      'ok',
      'RequestLimitExceeded',
    ]);
  });

  test.each<[string, Fault, readonly string[]]>([
    ['one operation', { on: 'sagemaker:ListClusters', kind: 'deny' }, ['ok', 'AccessDeniedException', 'AccessDeniedException']],
    ['another operation of the service', { on: 'sagemaker:DescribeCluster', kind: 'deny' }, ['ok', 'ok', 'ok']],
    ['one region', { on: '*', kind: 'deny', region: 'us-west-2' }, ['ok', 'ok', 'AccessDeniedException']],
    ['another account', { on: '*', kind: 'deny', account: '444455556666' }, ['ok', 'ok', 'ok']],
  ])('%s', async (_, fault, expected) => {
    sandbox.setFaults([fault]);
    expect(await outcomes(['ec2'], ['sagemaker'], ['sagemaker', 'us-west-2'])).toEqual(expected);
  });

  test('the first fault that fits strikes until it is used up, then the next', async () => {
    sandbox.setFaults([
      { on: 'ec2:*', kind: 'throttle', times: 1 },
      { on: '*', kind: 'error', times: 1 },
    ]);
    expect(await outcomes(['ec2'], ['ec2'], ['ec2'])).toEqual(['RequestLimitExceeded', 'InternalError', 'ok']);
  });

  test('only a share of the calls, the same in every run', async () => {
    const run = (seed: number) => {
      const strike = faultPicker([{ on: '*', kind: 'throttle', share: 0.3, seed }]);
      const call = { service: 'ec2', operation: 'DescribeVpcs', region: 'us-west-2', account };
      return Array.from({ length: 1000 }, () => strike(call) !== undefined);
    };
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
    for (const seed of [1, 2, 3]) {
      const struck = run(seed).filter(Boolean).length;
      expect(struck).toBeGreaterThan(250);
      expect(struck).toBeLessThan(350);
    }
  });

  test('only what is beyond a bucket of tokens, for each operation', () => {
    let now = 0;
    const strike = faultPicker([{ on: 'ec2:*', kind: 'throttle', beyond: { burst: 3, perSecond: 2 } }], () => now);
    const send = (operation: string) => strike({ service: 'ec2', operation, region: 'us-west-2', account }) === undefined;
    expect([1, 2, 3, 4, 5].map(() => send('DescribeVpcs'))).toEqual([true, true, true, false, false]);
    expect(send('DescribeSubnets')).toBe(true);
    now = 1_000;
    expect([1, 2, 3].map(() => send('DescribeVpcs'))).toEqual([true, true, false]);
    now = 60_000;
    expect([1, 2, 3, 4].map(() => send('DescribeVpcs'))).toEqual([true, true, true, false]);
  });

  test('the SDK gets through by trying again', async () => {
    sandbox.setFaults([
      { on: '*', kind: 'throttle', times: 1 },
      { on: '*', kind: 'reset', times: 1 },
    ]);
    const patient = new EC2Client({
      endpoint: sandbox.endpoint,
      region: 'us-west-2',
      credentials: sandboxCredentials(account),
      maxAttempts: 4,
    });
    expect((await patient.send(new DescribeVpcsCommand({}))).Vpcs).toHaveLength(1);
  });

  test('an operation that is not there cannot have one', async () => {
    expect(() => sandbox.setFaults([{ on: 'ec2:DescribeVpc', kind: 'deny' }])).toThrow('does not answer ec2:DescribeVpc,');
    await expect(startSandbox({ faults: [{ on: 'dynamodb:*', kind: 'deny' }] })).rejects.toThrow('does not answer dynamodb:*');
  });

  test('every kind is tested above', () => {
    expect([...faultKinds].toSorted()).toEqual(['deny', 'error', 'hang', 'html', 'malformed', 'reset', 'slow', 'throttle', 'truncate']);
  });
});

describe('an action denied by the description', () => {
  const denying = (action: string) =>
    startSandbox({ description: changeRegion(storyAccount(), account, 'us-west-2', () => ({ denied: [action] })) });

  test.each([
    ['fsx:DescribeFileSystems', (c: Clients) => c.fsx.send(new DescribeFileSystemsCommand({})), 'AccessDeniedException'],
    ['s3:GetObject', (c: Clients) => c.s3.send(new GetObjectCommand(script)), 'AccessDenied'],
    [
      'servicequotas:ListServiceQuotas',
      (c: Clients) => c.quotas.send(new ListServiceQuotasCommand({ ServiceCode: 'vpc' })),
      'AccessDeniedException',
    ],
  ])('%s: only in its region, and by name', async (action, call, name) => {
    const own = await denying(action);
    const refused = expect(call(clientsOf(own.endpoint))).rejects.toMatchObject({
      name,
      message: expect.stringContaining(`perform: ${action} because`),
    });
    await refused.finally(() => own.close());
  });

  test('another region is not touched', async () => {
    const own = await denying('fsx:DescribeFileSystems');
    const answer = clientsOf(own.endpoint, 'eu-north-1').fsx.send(new DescribeFileSystemsCommand({}));
    expect((await answer.finally(() => own.close())).FileSystems).toHaveLength(1);
  });

  test('HeadObject rests on s3:GetObject', async () => {
    const own = await denying('s3:GetObject');
    const answer = clientsOf(own.endpoint).s3.send(new HeadObjectCommand(script));
    await expect(answer.finally(() => own.close())).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });
});
