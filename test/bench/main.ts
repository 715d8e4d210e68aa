/** `npm run bench`: prints tables of one run; nothing here passes or fails. */
import { benchEvaluate } from './evaluate.ts';
import { benchMemory } from './memory.ts';
import { benchRegion } from './region.ts';

await benchRegion();
benchMemory();
benchEvaluate();
