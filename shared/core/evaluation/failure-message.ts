/** FailureMessage of a cluster: text that AWS composes of names and errors, so anything may be in it. */
import { showHidden } from '../text/hidden-characters.ts';

const longest = 300;

/** The message on one line, at most 300 characters of it, in quotes. */
export function quotedFailure(message: string): string {
  const characters = [...showHidden(message.replaceAll(/\s+/gu, ' ').trim())];
  return `"${characters.length > longest ? `${characters.slice(0, longest).join('')}…` : characters.join('')}"`;
}

/** Stable parts of messages that AWS reports, and the checks that predict them. The first that matches decides. */
const explanations: readonly (readonly [RegExp, readonly string[]])[] = [
  [/EFA health checks did not run/i, ['efa-self-traffic', 'efa-single-zone']],
  [/not have sufficient capacity/i, ['zone-offers-instance', 'cluster-placement']],
  [/No subnets in the capacity AZ/i, ['cluster-placement']],
  [/Lifecycle scripts did not run/i, ['lifecycle-scripts', 'lifecycle-script-keys', 's3-access-allowed', 's3-reachable']],
  [
    /customer network misconfiguration/i,
    ['network-acl', 'egress-reaches-services', 'vpc-dns', 'subnet-private', 'service-endpoints', 'eks-api-endpoint'],
  ],
  [/Failed to create Customer ENI/i, ['subnet-free-ips', 'network-interface-quota', 'execution-role']],
  [/provisioning_parameters\.json/i, ['slurm-parameters']],
  [/controller and login nodes did not become ready/i, ['slurm-configuration']],
  [/access entr(y|ies)/i, ['eks-cluster']],
  [/CustomResourceDefinition|Karpenter/i, ['eks-configuration']],
  [/ResourceLimitExceeded|maximum number of instances/i, ['instance-type-quota', 'cluster-size-quota', 'total-instance-quota']],
  [/not authorized|service role could not be created/i, ['execution-role']],
];

/** The checks that evaluate what a message complains of. */
export const checksFor = (message: string): readonly string[] => explanations.find(([words]) => words.test(message))?.[1] ?? [];
