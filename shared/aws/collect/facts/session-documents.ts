import { GetDocumentCommand } from '@aws-sdk/client-ssm';
import type { SessionPreferences } from '../../../core/evaluation/facts.ts';
import { orNull, tryRead } from '../../client/errors.ts';
import { collector } from '../collector.ts';
import { clustersIn, readByKey } from '../referenced.ts';
import { text, unreadable } from '../response.ts';

/** The account's own preferences, and the document that the console's Slurm setup creates. */
const names = ['SSM-SessionManagerRunShell', 'SSM-SessionManagerRunShellAsUbuntu'];

interface SessionInputs {
  readonly runAsEnabled?: unknown;
  readonly runAsDefaultUser?: unknown;
}

/** `{{ user }}`: the caller who opens the session passes it. */
const isParameter = (value: unknown): boolean => typeof value === 'string' && /^\s*\{\{.*\}\}\s*$/.test(value);

function preferences(content: string): SessionPreferences {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch {
    unreadable('Content: it is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null) unreadable('Content: it is no document');
  const { runAsEnabled = false, runAsDefaultUser } = (parsed as { readonly inputs?: SessionInputs }).inputs ?? {};
  if (isParameter(runAsEnabled) || isParameter(runAsDefaultUser)) return { runAs: 'undecidable' };
  const user = typeof runAsDefaultUser === 'string' ? runAsDefaultUser.trim() : '';
  return { runAs: runAsEnabled === true || String(runAsEnabled).toLowerCase() === 'true', ...(user !== '' && { defaultUser: user }) };
}

export default collector({
  fact: 'sessionDocuments',
  grants: [
    {
      action: 'ssm:GetDocument',
      resources: (_, { partition, account }) => names.map((name) => `arn:${partition}:ssm:*:${account}:document/${name}`),
      why: 'whether sessions run as a user of their own',
    },
  ],
  collect: async ({ call, ...scope }) => {
    const { specs } = await clustersIn(scope);
    return readByKey(specs.length > 0 ? names : [], (name) =>
      tryRead(() =>
        orNull(
          async () => {
            const { Content } = await call('ssm:GetDocument', (ssm, options) =>
              ssm.send(new GetDocumentCommand({ Name: name, DocumentFormat: 'JSON' }), options),
            );
            return preferences(text(Content, 'Content'));
          },
          'InvalidDocument',
          'DocumentNotFound',
        ),
      ),
    );
  },
});
