/** Synthesised policies before iam-simulate: whether a role may make a call, by what its template says. */
import { runSimulation } from '@cloud-copilot/iam-simulate';

export interface Call {
  readonly action: string;
  readonly resource: string;
}

export interface Policy {
  readonly Version: string;
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
    readonly Condition?: Conditions;
  }[];
}

/** What stands for the parts of a stack: the beginning of a logical id (or all of it), and the ARN or word it comes to. */
export type Known = { readonly [id: string]: string };

const many = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

/** A value of the template as it is where the stack was deployed; a part that is not known becomes an ARN of no account. */
export function resolved(value: unknown, known: Known): string {
  if (typeof value === 'string') return value;
  const [[kind, of] = []] = Object.entries(value as object);
  if (kind === 'Fn::Join') return (of as [string, unknown[]])[1].map((part) => resolved(part, known)).join('');
  const id = kind === 'Ref' ? String(of) : ((of as string[])[0] ?? '');
  const name = Object.keys(known).find((n) => id === n || (id.startsWith(n) && /^[A-F0-9]{8}$/.test(id.slice(n.length))));
  return (name && known[name]) ?? `arn:aws:unknown:::${id}`;
}

type Conditions = { readonly [operator: string]: { readonly [key: string]: unknown } };

const conditions = (of: Conditions, known: Known): Conditions =>
  Object.fromEntries(
    Object.entries(of).map(([operator, keys]) => [
      operator,
      Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, many<unknown>(values).map((v) => resolved(v, known))])),
    ]),
  );

/** The inline policies of a role in a template, by name. */
// biome-ignore lint/suspicious/noExplicitAny: templates are JSON whose shape is CloudFormation's.
export function policiesOf(role: { readonly Properties?: any }, known: Known): ReadonlyMap<string, Policy> {
  const policies: readonly { readonly PolicyName: string; readonly PolicyDocument: Policy }[] = role.Properties.Policies;
  return new Map(
    policies.map(({ PolicyName, PolicyDocument: { Version, Statement } }) => [
      PolicyName,
      {
        Version,
        Statement: Statement.map((s) => ({
          ...s,
          Action: many(s.Action),
          Resource: many<unknown>(s.Resource).map((r) => resolved(r, known)),
          ...(s.Condition && { Condition: conditions(s.Condition, known) }),
        })),
      },
    ]),
  );
}

export interface Caller {
  readonly account: string;
  /** Where the resource has a policy of its own that has to let the caller in: its account and that policy. */
  readonly elsewhere?: { readonly account: string; readonly trust: object };
  /** What else AWS knows of the request: condition keys with their values. */
  readonly context?: { readonly [key: string]: string };
}

/** Allowed, ImplicitlyDenied or ExplicitlyDenied; the simulator's errors as JSON. */
export async function outcome(policy: Policy, { action, resource }: Call, { account, elsewhere, context = {} }: Caller): Promise<string> {
  const simulated = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${account}:role/role`,
        action,
        resource: { resource, accountId: elsewhere?.account ?? account },
        contextVariables: { ...context },
      },
      identityPolicies: [{ name: 'policy', policy }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(elsewhere && { resourcePolicy: elsewhere.trust }),
    },
    {},
  );
  return simulated.resultType === 'error' ? JSON.stringify(simulated.errors) : simulated.overallResult;
}
