/** What a plan expects of a cluster beyond its request, where that is more than one value. */

import { planEndHours } from '../core/plan/plan.ts';
import { flag, key, list, mapping, shaped, whole } from './described-schema.ts';

const principal = shaped(
  /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/,
  'the ARN of an IAM role or user like arn:aws:iam::123456789012:role/Researchers',
  2048,
);

export const runAs = mapping({
  expected: key(flag, 'true makes it required that Session Manager runs as an operating system user.', {
    absent: 'false: advice',
  }).optional(),
  principals: key(list(principal, 0, undefined, 'IAM role or user ARNs'), 'Roles and users whose tag SSMSessionRunAs is evaluated.', {
    examples: [['arn:aws:iam::123456789012:role/Researchers']],
    absent: 'none is evaluated',
  }).optional(),
});

/** A training plan lasts 182 days at most. */
const hours = whole(0, 4368);

export const trainingPlanEnd = mapping({
  requiredHours: key(hours, 'Hours before HyperPod begins to terminate nodes within which a cluster is not worth creating.', {
    examples: [12],
    absent: String(planEndHours.required),
  }).optional(),
  recommendedHours: key(hours, 'The most hours before it that count as its last part, which is at most a tenth of the training plan.', {
    examples: [48],
    absent: String(planEndHours.recommended),
  }).optional(),
});
