/** `npm run bench`: prints tables of one run; nothing here passes or fails. */
import { benchBundles } from './bundles.ts';
import { benchCommandLine } from './command-line.ts';
import { benchCost } from './cost.ts';
import { benchDeployed } from './deployed.ts';
import { benchEvaluate } from './evaluate.ts';
import { benchLog } from './log.ts';
import { benchMemory } from './memory.ts';
import { benchNotifications } from './notifications.ts';
import { benchPage } from './page.ts';
import { benchQuery } from './query.ts';
import { benchRegion } from './region.ts';
import { benchStore } from './store.ts';
import { benchThrottling } from './throttling.ts';

await benchRegion();
await benchThrottling();
benchMemory();
benchEvaluate();
await benchCommandLine();
await benchBundles();
await benchStore();
await benchLog();
await benchDeployed();
await benchCost();
await benchQuery();
await benchPage();
await benchNotifications();
