/**
 * Members and words of a request that this version does not know. AWS adds some every month, so they do not stop an audit: they
 * are warnings, and `request-members` reports them as not evaluated. What is probably a misspelled member stays a mistake.
 */
import * as z from 'zod';
import { type PlanPath, pathText, quoted } from '../core/plan/plan-path.ts';
import type { PlanWarning } from '../core/plan/plan-warning.ts';
import { closest } from '../core/text/suggestion.ts';
import { some } from '../core/text/words.ts';
import type { PlanMistake } from './cross-references.ts';
import { sayings } from './described-schema.ts';
import { commentFault } from './document-syntax.ts';
import { wholePlan } from './schema.ts';

export interface UnknownParts {
  readonly warnings: readonly PlanWarning[];
  readonly mistakes: readonly PlanMistake[];
}

/** Keys of AWS's console and CloudFormation templates that are easily taken for members of the API. */
const otherKeys: Readonly<Record<string, string>> = {
  SSHKeyName: 'HyperPod nodes have no EC2 key pair; open sessions with AWS Systems Manager',
  InstanceGroupType: "it is a parameter of the console's CloudFormation stack",
  TargetAvailabilityZoneId: "it is a parameter of the console's CloudFormation stack; name subnets of that zone",
};

/** What the requests of a plan contain beyond this version. Reads the plan before the schema has accepted it. */
export const unknownParts = (plan: unknown): UnknownParts => partsOf(wholePlan, plan, [], acceptedPaths(plan));

/** `InstanceGroups[0].Drain` → `InstanceGroups.Drain`: one path accepts a member in every group. */
const withoutIndexes = (path: string): string => path.replace(/\[\d+\]/g, '');

type Accepts = (path: PlanPath) => boolean;

/** Whether the plan's `acceptMembers` names the member at a path. */
function acceptedPaths(plan: unknown): Accepts {
  const { clusters } = (plan ?? {}) as { readonly clusters?: unknown };
  const lists = (Array.isArray(clusters) ? clusters : []).map((cluster: { readonly acceptMembers?: unknown } | null) =>
    Array.isArray(cluster?.acceptMembers) ? cluster.acceptMembers.map((member) => withoutIndexes(String(member))) : [],
  );
  return ([, cluster, , ...path]) => lists[Number(cluster)]?.includes(withoutIndexes(pathText(path))) ?? false;
}

const isOpen = (schema: z.ZodObject): boolean => schema._zod.def.catchall instanceof z.ZodUnknown;

function partsOf(schema: z.core.$ZodType, value: unknown, path: PlanPath, accepts: Accepts): UnknownParts {
  if (value === undefined || value === null) return none;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)
    return partsOf(schema.unwrap(), value, path, accepts);
  if (schema instanceof z.ZodArray)
    return Array.isArray(value) ? together(value.map((item, i) => partsOf(schema.element, item, [...path, i], accepts))) : none;
  if (schema instanceof z.ZodObject) {
    if (typeof value !== 'object' || Array.isArray(value)) return none;
    return together(
      Object.entries(value).map(([key, part]) => {
        const member: z.core.$ZodType | undefined = Object.hasOwn(schema.shape, key) ? schema.shape[key] : undefined;
        if (member !== undefined) return partsOf(member, part, [...path, key], accepts);
        return isOpen(schema) ? unknownMember(key, [...path, key], Object.keys(schema.shape), Object.keys(value), accepts) : none;
      }),
    );
  }
  const { known } = sayings(schema);
  if (known === undefined || typeof value !== 'string' || known.includes(value)) return none;
  // A word that is one edit from a known one is a mistake that the schema reports.
  if (closest(value, known) !== undefined) return none;
  const message = `expected ${some(known)}, got ${quoted(value)}, which this version does not know. It is accepted and not evaluated.`;
  return { warnings: [{ code: 'unknown-word', message, path }], mistakes: [] };
}

const none: UnknownParts = { warnings: [], mistakes: [] };

const together = (parts: readonly UnknownParts[]): UnknownParts => ({
  warnings: parts.flatMap((p) => p.warnings),
  mistakes: parts.flatMap((p) => p.mistakes),
});

function unknownMember(key: string, path: PlanPath, known: readonly string[], given: readonly string[], accepts: Accepts): UnknownParts {
  const mistake = (of: Pick<PlanMistake, 'got' | 'expected' | 'hint'>): UnknownParts => ({
    warnings: [],
    mistakes: [{ path, atKey: true, ...of }],
  });
  const comment = commentFault(key);
  if (comment) return mistake(comment);
  const got = `the unknown member ${quoted(key)}`;
  const expected = known.length > 10 ? 'a member of the API' : known.length > 0 ? `the members ${known.join(', ')}` : 'no members';
  const other = Object.hasOwn(otherKeys, key) ? otherKeys[key] : undefined;
  if (other !== undefined) return mistake({ got, expected, hint: `it is not part of the CreateCluster API: ${other}` });
  const missing = known.filter((member) => !given.includes(member));
  const typo = closest(key, missing, 1);
  if (typo !== undefined && !accepts(path)) {
    const member = withoutIndexes(pathText(path.slice(3)));
    const hint = `did you mean ${typo}? If ${key} is a new member of the API, add acceptMembers: [${member}] to the cluster`;
    return mistake({ got, expected, hint });
  }
  const near = closest(key, missing);
  const message = `${quoted(key)} is unknown to this version${near === undefined ? '' : ` (did you mean ${near}?)`}. It is accepted and not evaluated.`;
  return { warnings: [{ code: 'unknown-member', message, path, atKey: true }], mistakes: [] };
}
