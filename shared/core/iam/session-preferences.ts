/** Session Manager's preferences: one document for an account and region, which sessions follow unless they name another. */

import { type Facts, NotEvaluatedError, requireKey, type SessionPreferences } from '../evaluation/facts.ts';
import { aws, type CommandLine, outputOf, quote, shell } from '../text/command-line.ts';

export const preferences = 'SSM-SessionManagerRunShell';
/** Made by HyperPod's console for Slurm clusters; only sessions that name it follow it. */
export const ubuntuPreferences = 'SSM-SessionManagerRunShellAsUbuntu';

type RunAs = { readonly on: false; readonly saved: boolean } | { readonly on: true; readonly defaultUser?: string };

/** Whether Run As is on in this region; `NotEvaluatedError` where the document leaves that to a parameter. */
export function runAs(facts: Pick<Facts, 'sessionDocuments'>): RunAs {
  const found: SessionPreferences | null = requireKey(facts.sessionDocuments, preferences, 'document');
  if (found === null) return { on: false, saved: false };
  if (found.runAs === 'undecidable') throw new NotEvaluatedError(`document ${preferences} sets Run As by a parameter`);
  if (!found.runAs) return { on: false, saved: true };
  return { on: true, ...(found.defaultUser !== undefined && found.defaultUser !== '' && { defaultUser: found.defaultUser }) };
}

/** The user that AWS's images come with, a sensible default of Run As. */
export const imageUser = (orchestrator: 'eks' | 'slurm'): string => (orchestrator === 'eks' ? 'ec2-user' : 'ubuntu');

/**
 * Why no session starts as this user on HyperPod's images, and how certain that is: a lifecycle script may create the user of the
 * other images. `undefined` for any other user.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/session-preferences-run-as.html
 */
export function userFault(
  user: string,
  orchestrator: 'eks' | 'slurm',
): { readonly text: string; readonly level: 'recommended' | 'advice' } | undefined {
  if (user === 'root') return { text: 'Session Manager refuses root', level: 'recommended' };
  if (user === 'ssm-user') return { text: 'Session Manager does not start sessions as ssm-user while Run As is on', level: 'recommended' };
  const own = imageUser(orchestrator);
  const other = imageUser(orchestrator === 'eks' ? 'slurm' : 'eks');
  const images = `HyperPod's images for ${orchestrator === 'eks' ? 'EKS' : 'Slurm'}`;
  if (user === other) return { text: `${images} have ${own}, not ${other}, unless a lifecycle script creates it`, level: 'advice' };
  return undefined;
}

/** The AWS CLI line that sets Run As and leaves every other preference as it is. */
export function setRunAs(user: string, region: string): CommandLine {
  const document = aws(['ssm', 'get-document'], { name: preferences, 'document-format': 'JSON', query: 'Content', output: 'text', region });
  const change = `.inputs.runAsEnabled = true | .inputs.runAsDefaultUser = ${JSON.stringify(user)}`;
  return aws(['ssm', 'update-document'], {
    name: preferences,
    'document-version': '$LATEST',
    'document-format': 'JSON',
    region,
    content: outputOf(shell`${document} | jq ${quote(change)}`),
  });
}
