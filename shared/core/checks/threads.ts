import { clusterCheck, fail, pass } from '../evaluation/check.ts';
import { ec2Type, requireKnownTypes } from '../evaluation/cluster.ts';
import { requireValue } from '../evaluation/facts.ts';
import { groupsOfRequest } from '../plan/provisioning.ts';
import { listed } from '../text/words.ts';

export default clusterCheck({
  id: 'threads',
  level: 'required',
  title: 'ThreadsPerCore is a value that EC2 accepts for the instance type',
  rationale: 'EC2 launches no instance with a number of threads that its type does not support; Graviton types support 1 only.',
  applies: 'groups of planned clusters with ThreadsPerCore, for types of which EC2 lists valid values',
  reference: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/cpu-options-supported-instances-values.html',
  needs: ['instanceTypes'],
  *cases({ facts }, { plan, groups }) {
    for (const { InstanceGroupName: name, ThreadsPerCore: threads } of plan ? groupsOfRequest(plan.request) : []) {
      if (threads === undefined) continue;
      const types = groups.find((group) => group.name === name)?.types ?? [];
      yield {
        group: name,
        resource: 'ThreadsPerCore',
        evaluate: () => {
          const known = requireValue(facts.instanceTypes);
          const valid = types.map((type) => ({ type, values: known[ec2Type(type)]?.validThreads }));
          const refusing = valid.filter(({ values }) => values && !values.includes(threads));
          if (refusing.length > 0)
            return fail(
              `Group ${name} requests ThreadsPerCore ${threads}, but ${listed(refusing.map(({ type, values }) => `${type} supports ${listed((values ?? []).map(String))}`))}.`,
              { text: 'Set a supported value, or remove ThreadsPerCore from the group.' },
            );
          requireKnownTypes(known, types);
          // EC2 lists no values for some types that have them, such as g5, so the list cannot refuse any.
          if (valid.some(({ values }) => values === undefined)) return undefined;
          return pass(
            `${listed(types)} ${types.length === 1 ? 'supports' : 'support'} ThreadsPerCore ${threads}, which group ${name} requests.`,
          );
        },
      };
    }
  },
});
