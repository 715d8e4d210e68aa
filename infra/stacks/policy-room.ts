/** Grants of a role as IAM takes them: inline as long as there is room, the rest in managed policies. */
import { CfnParameter, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { NoResultError } from '../../functions/process/exit.ts';
import { documentSize, explainExcluded, iamQuotas, managedRooms, packStatements } from '../../shared/aws/policies/policy-size.ts';
import type { PolicyGrant } from './grants.ts';

/** What CloudFormation puts in for these at most; for anything else, an ARN with the longest name it makes. */
const longest: Readonly<Record<string, number>> = {
  'AWS::Partition': 'aws-us-gov'.length,
  'AWS::AccountId': 12,
  'AWS::Region': 'ap-southeast-1'.length,
  'AWS::NoValue': 0,
};
const longestArn = 200;

/** Length of a parameter: as the plan gives it, else as it may be. */
const ofParameter = ({ default: given, maxLength }: CfnParameter): number =>
  typeof given === 'string' ? given.length : (maxLength ?? longestArn);

/** A part of a template with text of the greatest length for what it references. */
function filled(part: unknown, stack: Stack): unknown {
  if (typeof part !== 'object' || part === null) return part;
  if (Array.isArray(part)) return part.map((one) => filled(one, stack));
  const [[kind, of] = []] = Object.entries(part);
  const parameter = kind === 'Ref' ? stack.node.tryFindChild(String(of)) : undefined;
  if (parameter instanceof CfnParameter) return 'x'.repeat(ofParameter(parameter));
  if (kind === 'Ref') return 'x'.repeat(longest[String(of)] ?? longestArn);
  if (kind === 'Fn::GetAtt') return 'x'.repeat(longestArn);
  if (kind === 'Fn::Join' && Array.isArray(of)) return (of[1] as readonly unknown[]).map((one) => filled(one, stack)).join(String(of[0]));
  if (kind === 'Fn::If' && Array.isArray(of)) return filled(of[1], stack);
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, filled(value, stack)]));
}

/** Characters of a part of a policy once CloudFormation has filled it in, at most. */
export function charactersIn(scope: IConstruct): (part: unknown) => number {
  const stack = Stack.of(scope);
  return (part) => JSON.stringify(filled(stack.resolve(part), stack)).length;
}

export interface RolePolicies {
  readonly inline: { readonly [name: string]: readonly PolicyGrant[] };
  readonly managed: readonly (readonly PolicyGrant[])[];
}

const limits = `IAM takes ${iamQuotas.inlinePolicies} characters inline and ${iamQuotas.managedPolicies} managed policies of ${iamQuotas.managedPolicy}`;

/** Distributes grants: those of `Calls` go on in managed policies where inline policies have no room for all. */
export function fittingPolicies(scope: IConstruct, inline: RolePolicies['inline']): RolePolicies {
  const characters = charactersIn(scope);
  const divisible = (grant: PolicyGrant) => ({ ...grant, Resource: grant.resources });
  const measure = (part: ReturnType<typeof divisible> | string) =>
    typeof part === 'string'
      ? characters(part)
      : characters({ Effect: 'Allow', Action: part.actions, Resource: part.Resource, Condition: part.conditions });
  const size = (grants: readonly PolicyGrant[]) => documentSize(grants.map(divisible), measure);
  const { Calls: calls = [], ...others } = inline;
  const room = iamQuotas.inlinePolicies - Object.values(others).reduce((sum, grants) => sum + size(grants), 0);
  if (size(calls) <= room) return { inline, managed: [] };
  const { documents, excluded } = packStatements(calls.map(divisible), [room, ...managedRooms], measure);
  if (excluded !== undefined) throw new NoResultError(explainExcluded(excluded, limits));
  const [first = [], ...managed] = documents.map((of) =>
    of.map(({ Resource, ...grant }): PolicyGrant => ({ ...grant, resources: Resource })),
  );
  return { inline: { ...others, Calls: first }, managed };
}
