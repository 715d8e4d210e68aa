/** Makes the Python environment once, and starts the moto that the collectors are tried on for the run. */
import type { TestProject } from 'vitest/node';
import { ensureVenv, python } from './python.ts';
import { startMoto } from './servers.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    moto: string;
    python: string;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  ensureVenv();
  const moto = await startMoto();
  project.provide('moto', moto.endpoint);
  project.provide('python', python);
  return moto.stop;
}
