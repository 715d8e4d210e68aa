/** How near a region is to its limits, as two numbers for a graph. */
import type { Finding } from '../evaluation/finding.ts';

/** Checks whose amounts are of a quota: `have` it allows, `need` planned and running clusters take of it. */
export const quotaChecks: ReadonlySet<string> = new Set([
  'cluster-size-quota',
  'instance-type-quota',
  'network-interface-quota',
  'new-vpc-quotas',
  'restricted-storage-quota',
  'total-instance-quota',
  'volume-size-quota',
]);

/** Checks whose amounts are free addresses of a subnet and those that clusters will take of them. */
export const addressChecks: ReadonlySet<string> = new Set(['subnet-free-ips']);

export interface Headroom {
  /** Percent; absent where no finding is about a quota with amounts. */
  readonly quota?: number;
  /** Percent; absent where no finding is about free addresses with amounts. */
  readonly addresses?: number;
}

type CheckAmount = Pick<Finding, 'check' | 'have' | 'need'>;

/** In percent of the need, to a tenth. */
function least(findings: readonly CheckAmount[], checks: ReadonlySet<string>): number | undefined {
  const left = findings.flatMap(({ check, have, need }) =>
    checks.has(check) && have !== undefined && need !== undefined && need > 0 ? [((have - need) / need) * 100] : [],
  );
  return left.length === 0 ? undefined : Math.round(Math.min(...left) * 10) / 10;
}

/**
 * The least headroom of a region's findings: `(have − need) / need × 100`, by which percentage of what is needed more
 * would be there. 0 is just enough, below 0 it is short, −100 there is nothing. A need of 0 has no percentage and is left
 * out, as is what has no amounts; what was not evaluated is no finding and shows in the coverage.
 */
export function headroomOf(findings: readonly CheckAmount[]): Headroom {
  const [quota, addresses] = [least(findings, quotaChecks), least(findings, addressChecks)];
  return { ...(quota !== undefined && { quota }), ...(addresses !== undefined && { addresses }) };
}
