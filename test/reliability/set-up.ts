/** Builds the command line once: a build while others run it takes its files away from them. */
import { buildCli } from '../../infra/build/build.ts';

export default async function setUp(): Promise<void> {
  await buildCli();
}
