/** Where the AWS console shows a resource. */
import type { Finding } from '../evaluation/finding.ts';
import { type ConsoleRegion, consolePage, subnetConsole } from '../network/resources.ts';

/** Address of the page of a resource, by its ARN, id or address; `undefined` for what is no resource of AWS, such as a part of a request. */
export function consoleOf(resource: string, place: ConsoleRegion): string | undefined {
  const page = consolePage(place);
  const { region } = place;
  if (/^subnet-[0-9a-z]+$/.test(resource)) return subnetConsole(place, resource);
  const [, bucket, key] = /^s3:\/\/([^/]+)(?:\/(.+))?$/.exec(resource) ?? [];
  if (bucket !== undefined)
    return key === undefined ? page`s3/buckets/${bucket}?region=${region}` : page`s3/object/${bucket}?region=${region}&prefix=${key}`;
  const [, service, where = '', path = ''] = /^arn:[a-z-]+:([a-z0-9-]+):([a-z0-9-]*):\d*:([^#]+)/.exec(resource) ?? [];
  const name = path.slice(path.lastIndexOf('/') + 1);
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
