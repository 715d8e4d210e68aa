import type { AccountCall } from '../description.ts';
import cloudwatch from './cloudwatch.ts';
import ec2 from './ec2.ts';
import eks from './eks.ts';
import fsx from './fsx.ts';
import iam from './iam.ts';
import kms from './kms.ts';
import organizations from './organizations.ts';
import s3 from './s3.ts';
import sagemaker from './sagemaker.ts';
import secretsmanager from './secretsmanager.ts';
import type { Service } from './service.ts';
import servicequotas from './service-quotas.ts';
import ssm from './ssm.ts';
import sts from './sts.ts';

/** Every simulated service, by its name in a signature's credential scope. */
export const services: ReadonlyMap<string, Service<AccountCall>> = new Map(
  [cloudwatch, ec2, eks, fsx, iam, kms, organizations, s3, sagemaker, secretsmanager, servicequotas, ssm, sts].map(
    (s): [string, Service<AccountCall>] => [s.signedAs ?? s.name, s],
  ),
);

/** Every operation the sandbox answers, as `service:Operation`, sorted. */
export const operations: readonly string[] = [...services.values()]
  .flatMap((s) => Object.keys(s.operations).map((operation) => `${s.name}:${operation}`))
  .toSorted();
