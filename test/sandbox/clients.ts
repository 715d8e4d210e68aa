/** SDK clients pointed at a sandbox, each answer kept as it came over the wire. */
import { Readable } from 'node:stream';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { FSxClient } from '@aws-sdk/client-fsx';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { sandboxCredentials } from '../../shared/sandbox/server.ts';

export const account = '111122223333';
export const otherAccount = '444455556666';

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The middleware stack of any client, as far as it is used here. */
interface Stacked {
  readonly middlewareStack: {
    add(
      middleware: (next: (args: never) => Promise<unknown>) => (args: never) => Promise<unknown>,
      options: { readonly step: 'deserialize'; readonly priority: 'low'; readonly name: string },
    ): void;
  };
}

/** Clients of one account and region, one attempt a call. `bodies` holds every answer's body, in order. */
export function clientsOf(
  endpoint: string,
  region = 'us-west-2',
  credentials: Credentials = sandboxCredentials(account),
  requestTimeout = 120_000,
) {
  const bodies: string[] = [];
  const config = {
    endpoint,
    region,
    credentials,
    maxAttempts: 1,
    requestHandler: { requestTimeout, throwOnRequestTimeout: true },
  };
  /** Closest to the wire, so the body is read before anything understands it. */
  const recorded = <C extends object>(client: C): C => {
    (client as unknown as Stacked).middlewareStack.add(
      (next) => async (args) => {
        const result = (await next(args)) as { readonly response: { body: Readable } };
        const bytes = Buffer.concat(await result.response.body.toArray());
        bodies.push(bytes.toString());
        result.response.body = Readable.from(bytes.length > 0 ? [bytes] : []);
        return result;
      },
      { step: 'deserialize', priority: 'low', name: 'recordBody' },
    );
    return client;
  };
  return {
    bodies,
    ec2: recorded(new EC2Client(config)),
    cloudwatch: recorded(new CloudWatchClient(config)),
    eks: recorded(new EKSClient(config)),
    fsx: recorded(new FSxClient(config)),
    iam: recorded(new IAMClient(config)),
    kms: recorded(new KMSClient(config)),
    organizations: recorded(new OrganizationsClient(config)),
    s3: recorded(new S3Client(config)),
    sagemaker: recorded(new SageMakerClient(config)),
    secretsmanager: recorded(new SecretsManagerClient(config)),
    quotas: recorded(new ServiceQuotasClient(config)),
    ssm: recorded(new SSMClient(config)),
    sts: recorded(new STSClient(config)),
  };
}

export type Clients = ReturnType<typeof clientsOf>;
