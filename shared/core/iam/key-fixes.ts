/** How to let a role use a KMS key. */
import type { CheckContext, CheckRemediation } from '../evaluation/check.ts';
import type { KmsKey, Role } from '../evaluation/facts.ts';
import { aws, inOrder } from '../text/command-line.ts';
import { consolePage } from '../text/console-links.ts';
import { lastSegment, listed } from '../text/words.ts';
import { freePolicyName, roleArn } from './access.ts';
import { isMissingInRole } from './key-access.ts';
import type { PolicyDecision } from './policy-evaluation.ts';

type FixPlace = Pick<CheckContext, 'partition' | 'region'>;

export const keyConsole = (place: FixPlace, key: string): string =>
  consolePage(place)`kms/home?region=${place.region}#/kms/keys/${lastSegment(key)}`;

/** How to make a key usable again; the states are those of https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html. */
export function enableKey(place: FixPlace, arn: string, { state }: KmsKey): CheckRemediation {
  const line = (operation: string) => aws(['kms', operation], { 'key-id': arn, region: place.region });
  const enable = line('enable-key');
  const fixes: { readonly [state: string]: CheckRemediation } = {
    Disabled: { text: 'Enable the key.', command: enable },
    PendingDeletion: { text: 'Cancel the deletion and enable the key.', command: inOrder([line('cancel-key-deletion'), enable]) },
  };
  return { ...(fixes[state] ?? { text: 'Wait until the key is enabled, or use another key.' }), console: keyConsole(place, arn) };
}

/** How to allow what these decisions do not. `policyName`: of the inline policy that the role gets. */
export function allowKeyUse(
  place: FixPlace,
  role: Role,
  key: string,
  decisions: readonly (PolicyDecision & { readonly action: string })[],
  policyName: string,
): CheckRemediation {
  const { region } = place;
  const open = decisions.filter(({ answer }) => answer !== 'allowed');
  const actions = open.map(({ action }) => action);
  if (!open.every(isMissingInRole))
    return {
      text: `Allow ${listed(actions)} for the role in the key policy, and change the condition or statement that prevents it. The command shows the key policy.`,
      command: aws(['kms', 'get-key-policy'], { 'key-id': key, 'policy-name': 'default', output: 'text', region }),
      console: keyConsole(place, key),
    };
  const name = roleArn(role.arn)?.name ?? role.arn;
  return {
    text: `Allow ${listed(actions)} in a policy of the role.`,
    command: aws(['iam', 'put-role-policy'], {
      'role-name': name,
      'policy-name': freePolicyName(role, policyName),
      'policy-document': JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: key }] }),
      region,
    }),
    console: consolePage(place)`iam/home#/roles/details/${name}`,
  };
}
