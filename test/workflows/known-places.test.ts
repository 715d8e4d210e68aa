import { expect, test } from 'vitest';
import { openMemoryStore } from '../../shared/aws/findings/local/local-store.ts';
import { readPlaces, storePlaces } from '../../shared/aws/findings/stored-places.ts';

/** https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html: up to 50,000 accounts can be granted. */
const most = 50_000;
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const itemBytes = 400 * 1024;

test('one item holds the accounts of the largest organization, a seventh of them with regions of their own', async () => {
  const { store, close } = await openMemoryStore({ now: () => new Date('2026-11-24T08:00:00Z') });
  const accounts = Array.from({ length: most }, (_, n) => String(100_000_000_000 + ((n * 7_919_000_003) % 899_999_999_999)));
  const groups = [0, 1, 2, 3, 4, 5, 6].map((rest) => ({
    accounts: accounts.filter((_, n) => n % 7 === rest),
    regions: ['us-east-1', 'us-west-2', `eu-west-${rest + 1}`],
    day: '2026-11-24',
  }));
  let bytes = 0;
  await storePlaces(
    {
      update: (key, update, options) => {
        const packed = update.set?.packed;
        bytes = packed instanceof Uint8Array ? packed.byteLength : Number.POSITIVE_INFINITY;
        return store.update(key, update, options);
      },
    },
    { of: 'plan', at: '2026-11-24T08:00:00Z', groups },
  );
  expect(bytes).toBeLessThan(itemBytes);
  expect(await readPlaces(store)).toEqual({ of: 'plan', at: '2026-11-24T08:00:00Z', groups });
  close();
});
