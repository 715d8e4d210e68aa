/** Regions to ask what holds for the whole account: ones that are enabled for certain. */
import { AwsError } from '../client/errors.ts';

/** In each partition, a region that cannot be disabled. */
const defaultRegions: { readonly [partition: string]: string } = {
  aws: 'us-east-1',
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-iso': 'us-iso-east-1',
  'aws-iso-b': 'us-isob-east-1',
  'aws-eusc': 'eusc-de-east-1',
};

/** That region; `undefined` for an unknown partition. */
export const defaultRegionOf = (partition: string): string | undefined => defaultRegions[partition];

/**
 * Asks the partition's home, and where that fails the caller's own region: an organization may deny the one, and either
 * may be out of order. The last failure is what counts.
 */
export async function callInDefaultRegion<T>(
  partition: string,
  homeRegion: string | undefined,
  ask: (region: string) => Promise<T>,
): Promise<T> {
  const regions = [...new Set([defaultRegionOf(partition), homeRegion].filter((r) => r !== undefined))];
  if (regions.length === 0) throw new AwsError({ ok: false, reason: `which region of the partition ${partition} to ask is not known` });
  let last: unknown;
  for (const region of regions) {
    try {
      return await ask(region);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      last = error;
    }
  }
  throw last;
}
