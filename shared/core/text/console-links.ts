/** Where the AWS console shows a resource. */
import type { Snapshot } from '../evaluation/facts.ts';
import type { Finding } from '../evaluation/finding.ts';
import { lastSegment } from './words.ts';

const consoles: ReadonlyMap<string, string> = new Map([
  ['aws-cn', 'console.amazonaws.cn'],
  ['aws-us-gov', 'console.amazonaws-us-gov.com'],
]);

/** Host of the console, without the region before it. */
const consoleHost = (partition: string): string => consoles.get(partition) ?? 'console.aws.amazon.com';

export type ConsoleRegion = Pick<Snapshot, 'partition' | 'region'>;

/** A part of an address. Text with half of a character pair has no encoding, so that half is replaced. */
const encoded = (part: string): string => encodeURIComponent(part.toWellFormed());

/** An address in the console of a region, every value in it encoded: `` consolePage(context)`eks/clusters/${name}` ``. */
export const consolePage =
  ({ partition, region }: ConsoleRegion) =>
  (path: TemplateStringsArray, ...parts: readonly string[]): string =>
    `https://${encoded(region)}.${consoleHost(partition)}/${String.raw({ raw: path }, ...parts.map(encoded))}`;

/** A page of the VPC console, every value in it encoded: `` vpcConsole(context)`SubnetDetails:subnetId=${id}` ``. */
export const vpcConsole =
  (context: ConsoleRegion) =>
  (page: TemplateStringsArray, ...parts: readonly string[]): string =>
    `${consolePage(context)`vpcconsole/home?region=${context.region}`}#${String.raw({ raw: page }, ...parts.map(encoded))}`;

/** Console address of one subnet. */
export const subnetConsole = (context: ConsoleRegion, id: string): string => vpcConsole(context)`SubnetDetails:subnetId=${id}`;

/** Address of the page of a resource, by its ARN, id or address; `undefined` for what is no resource of AWS, such as a part of a request. */
export function consoleOf(resource: string, place: ConsoleRegion): string | undefined {
  const page = consolePage(place);
  const { region } = place;
  if (/^subnet-[0-9a-z]+$/.test(resource)) return subnetConsole(place, resource);
  const [, bucket, key] = /^s3:\/\/([^/]+)(?:\/(.+))?$/.exec(resource) ?? [];
  if (bucket !== undefined)
    return key === undefined ? page`s3/buckets/${bucket}?region=${region}` : page`s3/object/${bucket}?region=${region}&prefix=${key}`;
  const [, service, where = '', path = ''] = /^arn:[a-z-]+:([a-z0-9-]+):([a-z0-9-]*):\d*:([^#]+)/.exec(resource) ?? [];
  const name = lastSegment(path);
  if (service === 'iam' && path.startsWith('role/')) return page`iam/home#/roles/details/${name}`;
  if (service === 'iam' && path.startsWith('user/')) return page`iam/home#/users/details/${name}`;
  if (service === 'eks' && path.startsWith('cluster/') && where !== '')
    return consolePage({ ...place, region: where })`eks/clusters/${name}?region=${where}`;
  // The console of training plans has no addresses of single ones.
  if (service === 'sagemaker' && path.startsWith('training-plan/')) return page`sagemaker/home?region=${region}`;
  return undefined;
}

/** Address of the page of a HyperPod cluster. */
export const clusterConsole = (place: ConsoleRegion, name: string): string =>
  consolePage(place)`sagemaker/home?region=${place.region}#/cluster-management/${name}`;

/** A failure with the address of its resource, where its check gives none. */
export function withConsole(finding: Finding, place: ConsoleRegion): Finding {
  const { status, resource, remediation } = finding;
  if (status === 'pass' || !remediation || remediation.console !== undefined) return finding;
  const console = consoleOf(resource, place);
  return console === undefined ? finding : { ...finding, remediation: { ...remediation, console } };
}
