/**
 * What a finding is about, under the names that triggers have for what a call changes: ids of EC2 and FSx as they are, the
 * rest with its kind (`role/nodes`, `bucket/scripts`), in lower case. Names may come from outside: one is taken only in the
 * form that its service allows.
 */
import { lastSegment } from '../text/words.ts';

/** Documented forms of names, by kind; the first has none before its ids. */
const forms = {
  id: /^(?:acl|dopt|fs|igw|nat|pl|rtb|sg|subnet|vpc|vpce)-[0-9a-f]{8,17}$/,
  bucket: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  cluster: /^[a-z0-9](?:-*[a-z0-9]){0,62}$/,
  document: /^[\w.-]{3,128}$/,
  eks: /^[a-z0-9][\w-]{0,99}$/,
  key: /^(?:mrk-)?[0-9a-f-]{32,40}$/,
  policy: /^[\w+=,.@-]{1,128}$/,
  quota: /^[a-z0-9][a-z0-9 .,()/_-]{0,127}$/,
  role: /^[\w+=,.@-]{1,64}$/,
  'training-plan': /^[a-z0-9](?:-*[a-z0-9]){0,63}$/,
  user: /^[\w+=,.@-]{1,64}$/,
} as const;
export type NamedKind = keyof typeof forms;

/** The name of a resource with its kind; `undefined` where it has another form than names of that kind. */
export function nameOf(kind: NamedKind, text: string): string | undefined {
  // An alias of a key does not say which key it was at that time.
  const name = (kind === 'quota' ? text : lastSegment(text)).toLowerCase();
  if (!forms[kind].test(name) || (kind === 'key' && text.includes('alias/'))) return undefined;
  return kind === 'id' ? name : `${kind}/${name}`;
}

const idsInText = /(?<![\w-])(?:acl|dopt|fs|igw|nat|pl|rtb|sg|subnet|vpc|vpce)-[0-9a-f]{8,17}(?![\w-])/g;
const bucketsInText = /(?:s3:\/\/|arn:[\w-]+:s3:::)([a-z0-9.-]+)/g;
const arnsInText = /arn:[\w-]+:(iam|kms|eks|sagemaker):[a-z0-9-]*:\d{12}:([a-z-]+)\/([\w+=,.@/-]+)/g;
/** Kinds by the service and the type of an ARN. An ARN of a HyperPod cluster has an id in the place of the name. */
const kindsOfArns: Readonly<Record<string, NamedKind>> = {
  'iam role': 'role',
  'iam user': 'user',
  'iam policy': 'policy',
  'kms key': 'key',
  'eks cluster': 'eks',
  'sagemaker training-plan': 'training-plan',
};

function resourcesInText(text: string): readonly string[] {
  const arns = [...text.matchAll(arnsInText)].flatMap(([, service = '', type = '', name = '']) => {
    const kind = kindsOfArns[`${service} ${type}`];
    return kind === undefined ? [] : (nameOf(kind, name.replace(/[.,]+$/, '')) ?? []);
  });
  const buckets = [...text.matchAll(bucketsInText)].map(([, name = '']) => `bucket/${name.replace(/\.+$/, '')}`);
  return [...(text.match(idsInText) ?? []), ...arns, ...buckets];
}

/** Resources of findings that are members of the cluster's request, such as `NodeRecovery` and `VpcConfig`. */
const isMember = (resource: string): boolean => /^[A-Z][A-Za-z]+(\.[A-Z][A-Za-z]+)*$/.test(resource);

/**
 * What a finding is about: its resource, and those that its message names as what it was evaluated from, such as the route
 * table of a subnet. Of a member of the request it is the cluster.
 */
export function resourcesOfFinding(of: {
  readonly resource?: string;
  readonly cluster?: string;
  readonly message?: string | undefined;
}): ReadonlySet<string> {
  const { resource = '', cluster: name, message = '' } = of;
  return new Set([
    ...resourcesInText(`${resource} ${message}`),
    ...(['document', 'quota'] as const).flatMap((kind) => nameOf(kind, resource) ?? []),
    ...(name !== undefined && isMember(resource) ? [`cluster/${name.toLowerCase()}`] : []),
  ]);
}
