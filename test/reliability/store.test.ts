/** The findings store under exhaustive crashes, kills and random operations, of which `npm test` tries a sample. */
import { describe } from 'vitest';
import { describeCrashes } from '../aws/findings/crashes.ts';
import { testInterleavings } from '../aws/findings/interleavings.ts';
import { killMoments, testKilledMigrations, testKilledWriters } from '../aws/findings/killed-migrations.ts';
import { noKill, testKilledSaves, testSavesAtOnce } from '../aws/findings/killed-saves.ts';
import { testRandomOperations } from '../aws/findings/random-operations.ts';
import { rounds } from './random.ts';

describeCrashes(1);
describe('audits at the same time', () => testInterleavings(60 * rounds));
describe('every adapter', () => testRandomOperations(120 * rounds));
describe('the database on this machine', () => {
  testKilledSaves([0, 1, 2, 3, 50, 202, 203, 204, 300, 403, 404, 405, 406, noKill]);
  testSavesAtOnce(5);
});
describe('a database of an earlier version', () => {
  testKilledMigrations(killMoments);
  testKilledWriters(Array.from({ length: 20 * rounds }, (_, n) => ({ saved: 1 + (n % 4), ms: (n * 7) % 60 })));
});
