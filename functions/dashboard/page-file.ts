/** The page as it was packed, or in a checkout built from its sources. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../process/package.ts';
import { buildPage } from './build.ts';

/** Where the packed page lies; `npm run build` writes it there. */
export const packedPage: string = join(packageRoot, '.build/page.html');
const sources: string = join(packageRoot, 'functions/dashboard/page');

let page: Promise<string> | undefined;

/** The page without its data. A checkout never takes the packed one: that is as old as the last build. Built once in a process. */
export function loadPage(): Promise<string> {
  page ??= existsSync(sources) ? buildPage() : Promise.resolve(readFileSync(packedPage, 'utf8'));
  return page;
}
