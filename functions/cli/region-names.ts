/** Names of regions as options take them. */
import { regionName } from '../../shared/core/plan/regions.ts';
import { sayLine } from '../process/io.ts';
import { wrongValue } from '../process/wrong-value.ts';

/**
 * Ends where one of the names cannot be a region, or is at most two edits away from one that is known. A name that is only
 * unknown to this version is a warning on stderr. `others`: more known names, such as those of the plan.
 */
export function checkRegionNames(
  option: string,
  names: readonly string[],
  others: readonly string[] = [],
  expected = 'the name of a region, such as us-west-2',
): void {
  for (const name of new Set(names)) {
    const found = regionName(name, others);
    if (found.is === 'malformed') throw wrongValue(option, expected, name);
    if (found.is === 'misspelled') throw wrongValue(option, expected, name, `Did you mean ${found.meant}?`);
    if (found.is === 'unknown') sayLine(`warning: ${option} ${name}: this version does not know the region.`);
  }
}
