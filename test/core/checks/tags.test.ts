import check from '../../../shared/core/checks/tags.ts';
import { planOf } from '../plans.ts';
import { table } from '../table.ts';

const tagged = (...keys: readonly string[]) => planOf({ Tags: keys.map((Key) => ({ Key, Value: 'x' })) });

table(check, [
  { name: 'does not apply without tags', findings: [] },
  { name: 'passes', plan: tagged('team', 'laws:x'), findings: [{ status: 'pass' }] },
  {
    name: 'refuses aws:',
    plan: tagged('team', 'aws:team'),
    findings: [{ status: 'fail', level: 'required', resource: 'Tags' }],
    says: ['1 of 2', 'aws:team'],
  },
  { name: 'refuses it in any case', plan: tagged('AWS:team'), findings: [{ status: 'fail' }] },
]);
