/**
 * Stands in the bundles for `@aws-sdk/endpoint-cache`, which brings a library of caches. DynamoDB's client makes one for
 * endpoint discovery, which only AWS_ENABLE_ENDPOINT_DISCOVERY or a profile switches on; no function is deployed with either.
 */
const refuse = (): never => {
  throw new Error('This bundle was built without endpoint discovery; take AWS_ENABLE_ENDPOINT_DISCOVERY out of its environment.');
};

export class EndpointCache {
  readonly get = refuse;
  readonly set = refuse;
  readonly has = refuse;
  readonly delete = refuse;
  readonly clear = refuse;
  readonly getEndpoint = refuse;
}
