/** Schemas of what is deployed: settings of every stack, and the role by which other accounts are entered. */

import * as z from 'zod';
import { defaultAuditRole, defaultExternalId } from '../core/plan/plan.ts';
import { accepts, flag, key, list, mapping, shaped } from './described-schema.ts';

/** An account, which YAML reads as a number unless it is in quotes. */
export const account = accepts(z.string().regex(/^\d{12}$/), "an account id, 12 digits in quotes like '123456789012'", (value) =>
  typeof value === 'number' ? 'without quotes YAML reads it as a number and drops leading zeros' : undefined,
);

/** A resource takes 50, one of which says whose it is: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
const mostTags = 49;

export const deployment = mapping({
  name: key(
    shaped(/^[A-Za-z][A-Za-z0-9-]{0,23}$/, 'a name of up to 24 letters, digits and hyphens, beginning with a letter'),
    'What the names of stacks, event buses, roles and metrics begin with. A second deployment in an account takes another.',
    { examples: ['HyperPodAuditorTest'], absent: 'HyperPodAuditor' },
  ).optional(),
  kmsKey: key(
    shaped(
      /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]{1,256}$/,
      'the ARN of a KMS key like arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    ),
    "Key of the auditor's region that encrypts the findings table, topics, queues, logs and the environment of functions; secrets of the webhook, PagerDuty and Jira may be under it. `policy --for key` prints what its policy needs.",
    {
      examples: ['arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab'],
      absent: 'keys that AWS manages',
    },
  ).optional(),
  permissionsBoundary: key(
    shaped(
      /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/[\w+=,.@/-]{1,512}$/,
      'the ARN of an IAM policy like arn:aws:iam::123456789012:policy/Boundary',
    ),
    'Permissions boundary of every role that is deployed. Other accounts take a policy of their own of the same name.',
    { examples: ['arn:aws:iam::123456789012:policy/Boundary'], absent: 'none' },
  ).optional(),
  vpc: key(
    mapping({
      subnets: key(
        list(shaped(/^subnet-[0-9a-f]{8,17}$/, 'the id of a subnet like subnet-0a1b2c3d4e5f67890'), 1, 16, 'subnet ids'),
        "Subnets of the functions, all in one VPC of the auditor's account and region, best in two or more zones.",
        { examples: [['subnet-0a1b2c3d4e5f67890']] },
      ),
      securityGroups: key(
        list(shaped(/^sg-[0-9a-f]{8,17}$/, 'the id of a security group like sg-0a1b2c3d4e5f67890'), 1, 5, 'security group ids'),
        'Security groups of the functions, which have to let port 443 out.',
        { examples: [['sg-0a1b2c3d4e5f67890']] },
      ),
    }),
    'Subnets that all functions run in. They need a route to the APIs of AWS in every audited region, as by a NAT gateway.',
    { examples: [{ subnets: ['subnet-0a1b2c3d4e5f67890'], securityGroups: ['sg-0a1b2c3d4e5f67890'] }], absent: "Lambda's own network" },
  ).optional(),
  dashboard: key(
    flag,
    'Make a CloudWatch dashboard of the auditor. It costs $3 a month where the account has more than the three that are free.',
    { absent: 'true' },
  ).optional(),
  organization: key(
    shaped(/^o-[a-z0-9]{10,32}$/, 'the id of an organization like o-a1b2c3d4e5'),
    'Organization whose accounts may forward their change events.',
    { examples: ['o-a1b2c3d4e5'], absent: 'the accounts that the plan lists' },
  ).optional(),
  rolePath: key(
    shaped(/^\/([\w+=,.@-]+\/){1,4}$/, 'an IAM path like /platform/auditors/', 64),
    'IAM path of every role that is deployed, in other accounts too.',
    {
      examples: ['/platform/'],
      absent: '/hyperpod-auditor/ for roles that other accounts trust, / for the rest',
    },
  ).optional(),
  tags: key(
    accepts(
      z
        .record(
          accepts(
            z.string().regex(/^(?![aA][wW][sS]:)[\w .:/=+@-]{1,128}$/),
            'a tag key of 1 to 128 letters, digits, spaces and _ . : / = + @ -, not beginning with aws:',
          ),
          accepts(
            z.string().regex(/^[\w .:/=+@-]{1,256}$/),
            'a tag value of 1 to 256 letters, digits, spaces and _ . : / = + @ -, in quotes where it is a number',
          ),
        )
        .refine((tags) => Object.keys(tags).length <= mostTags)
        // IAM does not distinguish them: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
        .refine((tags) => new Set(Object.keys(tags).map((tag) => tag.toLowerCase())).size === Object.keys(tags).length),
      `a mapping of up to ${mostTags} tag keys to values, like { cost-center: ml }, no two keys alike but for case`,
    ),
    'Tags of every stack and of every resource that takes tags, in addition to application: hyperpod-auditor.',
    { examples: [{ 'cost-center': 'ml' }], absent: 'none more' },
  ).optional(),
  cloudFormationRole: key(
    shaped(
      /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/,
      'the ARN of an IAM role like arn:aws:iam::123456789012:role/CloudFormation',
    ),
    "Service role with which CloudFormation makes, updates and deletes the stacks of the auditor's account.",
    {
      examples: ['arn:aws:iam::123456789012:role/CloudFormation'],
      absent: "the bootstrap stack's role for the audit stack, the caller's permissions for others",
    },
  ).optional(),
  globalEvents: key(
    flag,
    'false: nothing is deployed in us-east-1 for its sake, as where an organization denies that region. AWS records changes of IAM and Service Quotas there alone, so they wait for the schedule.',
    { absent: 'true' },
  ).optional(),
  lifecycleBuckets: key(
    list(
      shaped(/^[a-z0-9][a-z0-9.-]{2,62}\*$/, 'the beginning of bucket names and a *, like ml-scripts-*'),
      0,
      undefined,
      'beginnings of bucket names, each with a * at its end',
    ),
    'Beginnings of bucket names. Policies name them in place of the buckets of lifecycle scripts that begin so, where a plan has more buckets than the policies of one role hold.',
    { examples: [['ml-scripts-*']], absent: 'policies name each bucket' },
  ).optional(),
  bucketAccounts: key(
    list(account, 0, undefined, 'account ids'),
    'Other accounts whose buckets have lifecycle scripts. Policies allow S3 calls on buckets of the audited account and of these alone.',
    { examples: [['123456789012']], absent: 'the audited account alone' },
  ).optional(),
  queryAccounts: key(
    list(account, 0, undefined, 'account ids'),
    'Other accounts whose roles and users may ask the query endpoint, where their own policies allow it too.',
    { examples: [['123456789012']], absent: "the auditor's account alone" },
  ).optional(),
  reserveConcurrency: key(
    flag,
    'true: reserve concurrent executions, 30 in all, for the functions dispatch, notify, import and query. They then take no more than theirs from other functions of the account, and always have theirs. It needs an account that has 130 or more.',
    { absent: 'false' },
  ).optional(),
});

export const auditRole = mapping({
  name: key(shaped(/^[\w+=,.@-]{1,64}$/, 'the name of an IAM role, without path'), 'Role in each account that the auditor enters it by.', {
    examples: [defaultAuditRole],
    absent: `deployment.name, or ${defaultAuditRole}`,
  }).optional(),
  externalId: key(
    shaped(/^[\w+=,.@:/-]{2,1224}$/, 'an external id of 2 to 1224 letters, digits and _ + = , . @ : / -'),
    'External id that the trust policy of the role requires.',
    { examples: ['audit-7f3a'], absent: defaultExternalId },
  ).optional(),
  operators: key(
    list(
      shaped(
        /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/[\w+=,.@*/-]{1,512}$/,
        'the ARN of a role or user, with * for any characters, like arn:aws:iam::123456789012:role/Admins',
      ),
      0,
      undefined,
      'ARNs of roles and users',
    ),
    'Roles and users that may assume this role from the command line, in addition to the functions of the auditor.',
    { examples: [['arn:aws:iam::123456789012:role/Admins']], absent: 'no one' },
  ).optional(),
});
