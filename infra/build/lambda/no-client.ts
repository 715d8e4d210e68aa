/** Stand in for the clients of services that a function sends nothing to; see `unusedClients` in build.ts. */
class NoClient {
  constructor() {
    throw new Error(`This bundle was built without ${new.target.name}, since its function sends nothing with it.`);
  }
}

export class CloudWatchClient extends NoClient {}
export class EKSClient extends NoClient {}
export class FSxClient extends NoClient {}
export class KMSClient extends NoClient {}
export class OrganizationsClient extends NoClient {}
export class S3Client extends NoClient {}
export class SageMakerClient extends NoClient {}
export class SecretsManagerClient extends NoClient {}
export class ServiceQuotasClient extends NoClient {}
export class SSMClient extends NoClient {}
