/** A bundle tells of every error that a service knows what the SDK as it is tells of it. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleForLambda } from '../../infra/build/build.ts';
import packageJson from '../../package.json' with { type: 'json' };

type Protocol = 'json' | 'rest-json' | 'query' | 'ec2' | 'rest-xml';

/** One command of each service, with the protocol by which it is answered. */
const services = {
  '@aws-sdk/client-cloudformation': ['CloudFormationClient', 'DescribeStacksCommand', {}, 'query'],
  '@aws-sdk/client-dynamodb': ['DynamoDBClient', 'ListTablesCommand', {}, 'json'],
  '@aws-sdk/client-ec2': ['EC2Client', 'DescribeRegionsCommand', {}, 'ec2'],
  '@aws-sdk/client-eks': ['EKSClient', 'ListClustersCommand', {}, 'rest-json'],
  '@aws-sdk/client-eventbridge': ['EventBridgeClient', 'PutEventsCommand', { Entries: [] }, 'json'],
  '@aws-sdk/client-fsx': ['FSxClient', 'DescribeFileSystemsCommand', {}, 'json'],
  '@aws-sdk/client-iam': ['IAMClient', 'ListAccountAliasesCommand', {}, 'query'],
  '@aws-sdk/client-organizations': ['OrganizationsClient', 'ListAccountsCommand', {}, 'json'],
  '@aws-sdk/client-s3': ['S3Client', 'GetBucketPolicyCommand', { Bucket: 'bucket' }, 'rest-xml'],
  '@aws-sdk/client-sagemaker': ['SageMakerClient', 'ListClustersCommand', {}, 'json'],
  '@aws-sdk/client-secrets-manager': ['SecretsManagerClient', 'GetSecretValueCommand', { SecretId: 's' }, 'json'],
  '@aws-sdk/client-securityhub': ['SecurityHubClient', 'BatchImportFindingsCommand', { Findings: [] }, 'rest-json'],
  '@aws-sdk/client-service-quotas': ['ServiceQuotasClient', 'ListServiceQuotasCommand', { ServiceCode: 's' }, 'json'],
  '@aws-sdk/client-sns': ['SNSClient', 'PublishCommand', { Message: 'm', TopicArn: 't' }, 'query'],
  '@aws-sdk/client-sqs': ['SQSClient', 'SendMessageCommand', { MessageBody: 'm', QueueUrl: 'https://queue/1/q' }, 'json'],
  '@aws-sdk/client-ssm': ['SSMClient', 'GetDocumentCommand', { Name: 'n' }, 'json'],
  '@aws-sdk/client-sts': ['STSClient', 'GetCallerIdentityCommand', {}, 'query'],
} as const satisfies { readonly [pack: string]: readonly [string, string, object, Protocol] };

type Package = keyof typeof services;
const packages = Object.keys(services) as readonly Package[];

/** An error as its service answers it. */
interface Answered {
  readonly name: string;
  /** What is answered where the protocol is query, and what SQS says beside its own name. */
  readonly code: string;
  readonly status: number;
  /** Members of it that are texts. */
  readonly members: readonly string[];
}

interface Schema {
  readonly name: string;
  readonly traits: {
    readonly awsQueryError?: readonly [string, number];
    readonly error?: 'client' | 'server';
    readonly httpError?: number;
  };
  readonly members: readonly string[];
  readonly types: readonly unknown[];
}

/** Every error that the SDK describes, and some that it does not. */
function errorsOf(sdk: Readonly<Record<string, unknown>>): readonly Answered[] {
  const described = Object.values(sdk).flatMap((value): Schema[] => {
    if (!Array.isArray(value) || value[0] !== -3 || String(value[1]).startsWith('smithy.')) return [];
    const [, , name, traits, members, types] = value;
    return [{ name, traits, members, types }];
  });
  const known = described.map(({ name, traits, members, types }) => ({
    name,
    code: traits.awsQueryError?.[0] ?? name,
    status: traits.httpError ?? (traits.error === 'server' ? 500 : 400),
    members: members.filter((member, n) => types[n] === 0 && !/^message$/i.test(member)),
  }));
  const others = ['AccessDenied', 'ThrottlingException', 'Throttling', 'OptInRequired', 'NobodyKnows'];
  return [...known, ...others.map((name) => ({ name, code: name, status: 400, members: [] }))];
}

interface Wire {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function wire({ name, code, status, members }: Answered, protocol: Protocol, pack: Package): Wire {
  const message = `said of ${name}`;
  const said = Object.fromEntries(members.map((member) => [member, `the ${member}`]));
  const xml = `<Code>${code}</Code><Message>${message}</Message>${members.map((m) => `<${m}>the ${m}</${m}>`).join('')}`;
  switch (protocol) {
    case 'json': {
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'r' };
      const query = { ...headers, 'x-amzn-query-error': `${code};Sender` };
      return {
        status,
        headers: pack === '@aws-sdk/client-sqs' ? query : headers,
        body: JSON.stringify({ __type: `com.amazonaws#${name}`, message, ...said }),
      };
    }
    case 'rest-json':
      return {
        status,
        headers: { 'content-type': 'application/json', 'x-amzn-errortype': name },
        body: JSON.stringify({ message, ...said }),
      };
    case 'query':
      return {
        status,
        headers: {},
        body: `<ErrorResponse><Error><Type>Sender</Type>${xml}</Error><RequestId>r</RequestId></ErrorResponse>`,
      };
    case 'ec2':
      return { status, headers: {}, body: `<Response><Errors><Error>${xml}</Error></Errors><RequestID>r</RequestID></Response>` };
    case 'rest-xml':
      return { status, headers: { 'content-type': 'application/xml' }, body: `<Error>${xml}<RequestId>r</RequestId></Error>` };
  }
}

let answer: Wire = { status: 200, headers: {}, body: '' };
const server: Server = createServer((request, response) => {
  request.resume().on('end', () => {
    // A date would have the SDK correct its clock.
    response.sendDate = false;
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  });
});

const folder = mkdtempSync(join(tmpdir(), 'lean-'));
let lean: Readonly<Record<string, Readonly<Record<string, unknown>>>>;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  // In the project, where the packages are found.
  const entry = resolve(import.meta.dirname, '../../.build/lean/entry.mjs');
  mkdirSync(dirname(entry), { recursive: true });
  const exported = packages.map((pack, n) => {
    const [client, command] = services[pack];
    return `import { ${client} as Client${n}, ${command} as Command${n} } from '${pack}';`;
  });
  const all = packages.map((pack, n) => `'${pack}': { ${services[pack][0]}: Client${n}, ${services[pack][1]}: Command${n} }`);
  writeFileSync(entry, `${exported.join('\n')}\nexport const lean = { ${all.join(', ')} };\n`);
  const { file } = await bundleForLambda(entry, join(folder, 'lean'));
  ({ lean } = await import(pathToFileURL(file).href));
  if (!server.listening) await once(server, 'listening');
}, 120_000);

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** What there is to be seen of an error, however it was made; classes apart. */
function seen(error: unknown): Readonly<Record<string, unknown>> {
  const { $metadata, $response, ...rest } = error as Readonly<Record<string, unknown>>;
  const { name, message } = error as Error;
  const { httpStatusCode, requestId, attempts } = $metadata as Readonly<Record<string, unknown>>;
  const own = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return { own, name, message, isError: error instanceof Error, httpStatusCode, requestId, attempts, answered: $response !== undefined };
}

/** Sends the service's command by an SDK and gives the error as it is seen. */
function sender(sdk: Readonly<Record<string, unknown>>, pack: Package) {
  const [clientName, commandName, input] = services[pack];
  const Client = sdk[clientName] as new (config: object) => { send: (command: unknown) => Promise<unknown> };
  const Command = sdk[commandName] as new (input: object) => unknown;
  const client = new Client({
    region: 'us-west-2',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    maxAttempts: 1,
    ...(pack === '@aws-sdk/client-s3' && { forcePathStyle: true }),
  });
  return async (): Promise<unknown> => {
    try {
      return await client.send(new Command(input));
    } catch (error) {
      return seen(error);
    }
  };
}

describe('errors of a bundle', () => {
  test('every client that is a dependency is looked at', () => {
    expect(packages).toEqual(Object.keys(packageJson.dependencies).filter((name) => name.startsWith('@aws-sdk/client-')));
  });

  test.each(packages)('%s: each error that it knows, and others, look the same', async (pack) => {
    const sdk: Readonly<Record<string, unknown>> = await import(pack);
    const [whole, bundled] = [sender(sdk, pack), sender(lean[pack] ?? {}, pack)];
    const errors = errorsOf(sdk);
    for (const error of errors) {
      answer = wire(error, services[pack][3], pack);
      const expected = await whole();
      expect(expected).toMatchObject({ isError: true, answered: true, message: `said of ${error.name}` });
      expect(await bundled(), error.name).toEqual(expected);
    }
  });

  test('names that are not what is answered stay known', async () => {
    answer = wire({ name: 'ThrottledException', code: 'Throttled', status: 429, members: [] }, 'query', '@aws-sdk/client-sns');
    expect(await sender(lean['@aws-sdk/client-sns'] ?? {}, '@aws-sdk/client-sns')()).toMatchObject({ name: 'ThrottledException' });
  });
});
