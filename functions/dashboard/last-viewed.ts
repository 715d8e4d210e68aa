/**
 * When an operator last viewed the changes. A browser stores data by origin, and every run of the dashboard has another
 * port, so the time is stored in a file.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { instant, parameter } from '../../shared/query/parameters.ts';
import { problemOf } from '../../shared/query/problem.ts';
import type { DashboardAnswer } from './server.ts';

export interface LastViewedEndpoint {
  /** `{ at }`, RFC 3339 in UTC; without it before the first view. */
  readonly get: () => Promise<DashboardAnswer>;
  /** Stores `at=` of the parameters, or now where that is in the future, unless a later one is stored. Refuses what is no time. */
  readonly post: (parameters: URLSearchParams) => Promise<DashboardAnswer>;
}

const isTime = (text: string | null): text is string => parameter.at.schema.safeParse(text).success;

/** `undefined` where the file is missing or holds something else. */
async function storedTime(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return isTime(text.trim()) ? instant(text.trim()) : undefined;
}

/** Whole or not at all: a process may end at any time. */
async function storeTime(file: string, at: string): Promise<void> {
  const partial = `${file}.${randomBytes(6).toString('hex')}`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  try {
    await writeFile(partial, `${at}\n`, { mode: 0o600 });
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

export const lastViewedEndpoint = (file: string, now: () => Date = () => new Date()): LastViewedEndpoint => ({
  async get() {
    const at = await storedTime(file);
    return { status: 200, body: at === undefined ? {} : { at } };
  },
  async post(parameters) {
    const given = parameters.get('at');
    if (!isTime(given)) {
      const refused = problemOf('parameters', `at takes ${parameter.at.accepts}.`);
      return { status: refused.status, body: refused };
    }
    // The clock of a browser elsewhere may be ahead: what comes until it is that late would never be shown.
    const [before = '', asked, latest] = [await storedTime(file), instant(given), now().toISOString()];
    const at = [asked < latest ? asked : latest, before].toSorted().at(-1) ?? latest;
    await storeTime(file, at);
    return { status: 200, body: { at } };
  },
});
