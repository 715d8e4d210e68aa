/** The ordered list of checks: the order of the reference table and of findings. */
import type { Check } from '../check.ts';
import volumeSizeQuota from './volume-size-quota.ts';

export const checks: readonly Check[] = [volumeSizeQuota];
