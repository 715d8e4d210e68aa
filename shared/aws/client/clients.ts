/** One SDK client per service and region. */
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
import { clientConfig } from './client-config.ts';
import type { AwsSettings, ServiceName } from './settings.ts';
import { TransientRetryStrategy } from './throttle.ts';

export { clientConfig };

/** The client of each service. */
export interface Clients {
  readonly ec2: EC2Client;
  readonly cloudwatch: CloudWatchClient;
  readonly eks: EKSClient;
  readonly fsx: FSxClient;
  readonly iam: IAMClient;
  readonly kms: KMSClient;
  readonly organizations: OrganizationsClient;
  readonly s3: S3Client;
  readonly sagemaker: SageMakerClient;
  readonly secretsmanager: SecretsManagerClient;
  readonly servicequotas: ServiceQuotasClient;
  readonly ssm: SSMClient;
  readonly sts: STSClient;
}

type Config = ReturnType<typeof clientConfig>;

/** A substitute for AWS has one host name, not one per bucket. */
const pathStyle = (settings: AwsSettings): boolean =>
  [settings.endpoint, process.env.AWS_ENDPOINT_URL_S3, process.env.AWS_ENDPOINT_URL].some((e) => e !== undefined && e !== '');

const make: { readonly [S in ServiceName]: (config: Config, settings: AwsSettings) => Clients[S] } = {
  ec2: (config) => new EC2Client(config),
  cloudwatch: (config) => new CloudWatchClient(config),
  eks: (config) => new EKSClient(config),
  fsx: (config) => new FSxClient(config),
  iam: (config) => new IAMClient(config),
  kms: (config) => new KMSClient(config),
  organizations: (config) => new OrganizationsClient(config),
  s3: (config, settings) => new S3Client({ ...config, forcePathStyle: pathStyle(settings), responseChecksumValidation: 'WHEN_REQUIRED' }),
  sagemaker: (config) => new SageMakerClient(config),
  secretsmanager: (config) => new SecretsManagerClient(config),
  servicequotas: (config) => new ServiceQuotasClient(config),
  ssm: (config) => new SSMClient(config),
  sts: (config) => new STSClient(config),
};

export interface ClientPool {
  readonly of: <S extends ServiceName>(service: S, region: string) => Clients[S];
  /** Ends all connections, those in use too. */
  readonly destroy: () => void;
}

/** Clients, created on first use and reused. All sign with the credentials that the first of them found. */
export function clientPool(settings: AwsSettings): ClientPool {
  const pool = new Map<string, Clients[ServiceName]>();
  let found: Config['credentials'] | Clients[ServiceName]['config']['credentials'] = settings.credentials;
  return {
    of: <S extends ServiceName>(service: S, region: string) => {
      const key = `${service} ${region}`;
      const known = pool.get(key);
      if (known) return known as Clients[S];
      const retryStrategy = new TransientRetryStrategy(settings.maxAttempts);
      const config = { ...clientConfig(settings, region), retryStrategy, ...(found && { credentials: found }) } as Config;
      const client: Clients[ServiceName] = make[service](config, settings);
      found ??= client.config.credentials;
      pool.set(key, client);
      return client as Clients[S];
    },
    destroy: () => {
      for (const client of pool.values()) client.destroy();
    },
  };
}
