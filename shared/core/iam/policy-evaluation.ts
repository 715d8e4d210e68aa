import { lastSegment } from '../text/words.ts';
import { all, any, arnGlob, type Certainty, not, patternOf } from './patterns.ts';
import { compile, holds, type RequestContext } from './policy-conditions.ts';
import type { Policy, Statement } from './policy-document.ts';

/**
 * What IAM policy documents say about one request. Three answers: `allowed` and `denied` only where they hold for every
 * unknown value, else `undecidable` with the reason. Rules: IAM User Guide, "Policy evaluation logic" and the reference of
 * policy elements. Nothing here throws: a document that cannot be read makes the answer undecidable.
 */

type DecisionAnswer = 'allowed' | 'denied' | 'undecidable';

export interface PolicyDecision {
  readonly answer: DecisionAnswer;
  /** Which statement decides, or what is not known: a clause without a full stop. */
  readonly reason: string;
  /** Denied by a Deny statement or a boundary, not because an Allow is missing: no further grant can help. */
  readonly explicit?: true;
}

type Principal = { readonly arn: string; readonly account: string } | { readonly service: string };

export interface PolicyRequest {
  /** `s3:GetObject` */
  readonly action: string;
  /** An ARN, or `*` for an action that knows no resources. `blank` stands in it for text that is not known. */
  readonly resource: string;
  readonly principal: Principal;
  readonly context: RequestContext;
}

export interface DecisionOptions {
  /** What holds where no statement speaks: `allowed` for the policy of a resource in the principal's own account. */
  readonly silence?: 'allowed' | 'denied';
  /** The policy of a gateway endpoint, where only the principal `*` is documented to work as written. */
  readonly gateway?: boolean;
  /**
   * Only statements that name the principal itself allow: one that names the account leaves the decision to the role's policies.
   * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html
   * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
   */
  readonly direct?: boolean;
}

// Policies hold no characters beyond U+00FF, so these cannot be met in one.

type PrincipalRules = Pick<DecisionOptions, 'gateway' | 'direct'>;

function names(kind: string, value: string, principal: Principal, deny: boolean, { gateway, direct }: PrincipalRules): Certainty {
  if (kind === 'AWS' && value === '*') return 'arn' in principal || deny ? 'yes' : 'maybe';
  if ('service' in principal) return kind === 'Service' ? (value === principal.service ? 'yes' : 'no') : kind === 'AWS' ? 'no' : 'maybe';
  if (kind === 'Service' || kind === 'Federated') return 'no';
  if (kind !== 'AWS') return 'maybe';
  const { arn, account } = principal;
  const role = lastSegment(arn);
  const ofAccount = value === account || (value.endsWith(`:iam::${account}:root`) && value.startsWith('arn:'));
  if (ofAccount && direct && !deny) return 'no';
  if (ofAccount || value === arn) return gateway ? 'maybe' : 'yes';
  // A session's name, and the unique id of a role, are not known.
  if (value.includes(`:sts::${account}:assumed-role/${role}/`) || value.startsWith('AROA')) return 'maybe';
  return 'no';
}

/** Whether a statement is about the request (`action`: its action in lower case), and if that is not known, on what it depends. */
function applies(
  statement: Statement,
  action: string,
  request: PolicyRequest,
  rules: PrincipalRules,
): { readonly match: Certainty; readonly on: string } {
  const { isAbout, resources, principals, conditions } = statement;
  if (!isAbout(action)) return { match: 'no', on: '' };
  const parts: { readonly match: Certainty; readonly on: string }[] = [];
  if (principals) {
    const match = any(principals.of, ([kind, value]) => names(kind, value, request.principal, statement.deny, rules));
    // Naming a role in NotPrincipal spares its sessions only where those are named too.
    const spared = match === 'no' ? 'yes' : 'maybe';
    parts.push({ match: principals.negated ? spared : match, on: 'a principal that does not exist' });
  }
  if (resources) {
    const match = any(resources.patterns, ({ raw, fixed }) => {
      if (fixed) return arnGlob(fixed, request.resource);
      const text = compile(raw, statement, request.context, true);
      return text === undefined ? 'no' : arnGlob(patternOf(text), request.resource);
    });
    parts.push({ match: resources.negated ? not(match) : match, on: 'the resource' });
  }
  for (const c of conditions) parts.push({ match: holds(c, statement, request.context), on: `the condition ${c.operator} ${c.key}` });
  const match = all(parts, (p) => p.match);
  return { match, on: parts.find((p) => p.match === 'maybe')?.on ?? '' };
}

export const first = (reasons: readonly string[]): string | undefined => (reasons.length > 1 ? reasons.toSorted()[0] : reasons[0]);

/**
 * What these documents together say about a request: a certain Deny wins; without an Allow `silence` decides (default
 * `denied`); a statement that could change that and depends on something unknown makes it undecidable. The order of documents does not matter.
 */
export function evaluatePolicies(
  policies: readonly Policy[],
  request: PolicyRequest,
  { silence = 'denied', ...rules }: DecisionOptions = {},
): PolicyDecision {
  const action = request.action.toLowerCase();
  const denies: string[] = [];
  const mayDeny: string[] = [];
  const allows: string[] = [];
  const mayAllow: string[] = [];
  for (const policy of policies) {
    if ('malformed' in policy) {
      const reason = `policy ${policy.name} is not evaluated: ${policy.malformed}`;
      mayDeny.push(reason);
      mayAllow.push(reason);
      continue;
    }
    for (const statement of policy.statements) {
      const { match, on } = applies(statement, action, request, rules);
      if (match === 'no') continue;
      const where = `${statement.label} of policy ${policy.name}`;
      if (match === 'yes') (statement.deny ? denies : allows).push(`${where} ${statement.deny ? 'denies' : 'allows'} it`);
      else (statement.deny ? mayDeny : mayAllow).push(`${where} depends on ${on}`);
    }
  }
  const denied = first(denies);
  if (denied !== undefined) return { answer: 'denied', reason: denied, explicit: true };
  const allowed = first(allows) ?? (silence === 'allowed' ? '0 statements deny it' : undefined);
  if (allowed === undefined && mayAllow.length === 0) return { answer: 'denied', reason: '0 statements allow it' };
  const doubt = first(mayDeny) ?? (allowed === undefined ? first(mayAllow) : undefined);
  return doubt === undefined ? { answer: 'allowed', reason: allowed ?? '' } : { answer: 'undecidable', reason: doubt };
}

/** What holds where every one of these has to allow: the first denial, explicit ones before others, else the first doubt. */
export function requireAll(decisions: readonly PolicyDecision[]): PolicyDecision {
  const denied = decisions.filter((d) => d.answer === 'denied');
  return (
    denied.find((d) => d.explicit) ??
    denied[0] ??
    decisions.find((d) => d.answer === 'undecidable') ??
    decisions[0] ?? { answer: 'allowed', reason: 'nothing has to allow it' }
  );
}
