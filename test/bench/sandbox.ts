/** The sandbox account in a process of its own, so that its work is not counted as the auditor's. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type AwsSettings, defaultSettings } from '../../shared/aws/client/settings.ts';
import type { Plan } from '../../shared/core/plan/plan.ts';
import { loadPlan } from '../../shared/plan/load.ts';
import { sandboxCredentials } from '../../shared/sandbox/server.ts';
import { storyAccountId } from '../../shared/sandbox/story.ts';

export async function withSandbox<T>(args: readonly string[], work: (settings: AwsSettings) => Promise<T>): Promise<T> {
  const child = spawn(process.execPath, ['shared/sandbox/server.ts', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((done) => child.once('exit', done));
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const { endpoint }: { endpoint: string } = JSON.parse(line);
      return await work({ ...defaultSettings, endpoint, credentials: sandboxCredentials(storyAccountId), homeRegion: 'us-west-2' });
    }
    throw new Error('The sandbox ended before it said where it answers.');
  } finally {
    child.kill();
    await ended;
  }
}

export function storyPlan(): Plan {
  const read = loadPlan('shared/sandbox/plan.yaml');
  if (!read.ok) throw new Error('The plan of the sandbox is valid.');
  return read.plan;
}

export const region = 'us-west-2';
export const story = { account: storyAccountId, partition: 'aws', region };
