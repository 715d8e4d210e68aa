/** Findings of cdk-nag that are meant, each with its reason: what is not named here fails the synthesis. */
import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { PolicyGrant } from './grants.ts';

/** Says once, next to the resource, why a rule does not hold for it. */
export function acknowledge(scope: IConstruct, id: string, reason: string): void {
  Validations.of(scope).acknowledge({ id, reason });
}

/** A resolved value as cdk-nag writes it into the ids of its findings. */
function flat(value: unknown): string {
  if (typeof value === 'string') return value.replaceAll('${', '<').replaceAll('}', '>');
  if (typeof value !== 'object' || value === null) return '';
  const [[kind, of] = []] = Object.entries(value);
  if (kind === 'Ref') return `<${flat(of)}>`;
  if (kind === 'Fn::GetAtt' && Array.isArray(of)) return `<${of.map(flat).join('.')}>`;
  if (kind === 'Fn::Join' && Array.isArray(of)) return (of[1] as readonly unknown[]).map(flat).join(String(of[0]));
  return JSON.stringify(value);
}

/** Acknowledges the wildcards of grants that say why they have one, each by its own id and no other. */
export function acknowledgeWildcards(scope: IConstruct, allowed: readonly PolicyGrant[]): void {
  for (const { resources, wildcard } of allowed) {
    if (wildcard === undefined) continue;
    for (const resource of resources) {
      const name = flat(Stack.of(scope).resolve(resource));
      if (name.includes('*')) acknowledge(scope, `AwsSolutions-IAM5[Resource::${name}]`, wildcard);
    }
  }
}
