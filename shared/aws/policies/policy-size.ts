/** Policies as IAM takes them: in documents of a limited size, so many of them to a role. */

/**
 * Characters without white space, and managed policies of a role. Every account has these; only the number of managed
 * policies and the trust policy can be raised.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const iamQuotas = { inlinePolicies: 10_240, managedPolicy: 6144, managedPolicies: 10, trustPolicy: 2048 } as const;

/** Room of each document of a role that has managed policies alone. */
export const managedRooms: readonly number[] = Array.from({ length: iamQuotas.managedPolicies }, () => iamQuotas.managedPolicy);

const envelope = JSON.stringify({ Version: '2012-10-17', Statement: [] }).length;

export const charactersOf = (part: unknown): number => JSON.stringify(part).length;

interface Divisible {
  readonly Resource: readonly string[];
}

/** Characters of a statement or of one resource, at most. */
type CountCharacters<S> = (part: S | string) => number;

/** Characters of the document that holds these statements. */
export const documentSize = <S extends Divisible>(statements: readonly S[], measure: CountCharacters<S> = charactersOf): number =>
  envelope + statements.reduce((sum, statement) => sum + measure(statement) + 1, 0);

export interface PackedStatements<S> {
  readonly documents: readonly (readonly S[])[];
  /** The first resource that no document has room for. */
  readonly excluded?: string;
}

/**
 * Distributes statements over documents with so much room each. A statement is divided by its resources where it has to
 * be; those with the longest lists come last, so that what does not fit is one of a list.
 */
export function packStatements<S extends Divisible>(
  statements: readonly S[],
  rooms: readonly number[],
  measure: CountCharacters<S> = charactersOf,
): PackedStatements<S> {
  const documents: S[][] = [];
  let room = 0;
  for (const statement of statements.toSorted((a, b) => a.Resource.length - b.Resource.length)) {
    const frame = measure({ ...statement, Resource: [] }) + 1;
    let rest = statement.Resource;
    while (rest.length > 0) {
      let [used, taken] = [frame, 0];
      for (const resource of rest) {
        used += measure(resource) + 1;
        if (used > room) break;
        taken++;
      }
      if (taken > 0) {
        const part = { ...statement, Resource: rest.slice(0, taken) };
        documents.at(-1)?.push(part);
        room -= measure(part) + 1;
        rest = rest.slice(taken);
      } else {
        const next = rooms[documents.length];
        if (next === undefined) return { documents, excluded: rest[0] };
        documents.push([]);
        room = next - envelope;
      }
    }
  }
  return { documents };
}

/** What does not fit, by how much, and what to do. `limits`: what the role has room for. */
export function explainExcluded(excluded: string, limits: string): string {
  const bucket = /:s3:::([^/]+)/.exec(excluded)?.[1];
  if (bucket === undefined) return `${excluded} does not fit into the policies of one role: ${limits}. List less in the plan.`;
  const beginning = bucket.replace(/[-.][^-.]*$/, '');
  const example = beginning === bucket ? bucket.slice(0, 3) : `${beginning}-`;
  return (
    `Bucket ${bucket} of lifecycle scripts does not fit into the policies of one role: ${limits}. ` +
    `Name such buckets by what their names begin with: deployment: { lifecycleBuckets: ['${example}*'] }`
  );
}
