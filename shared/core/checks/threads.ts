import { type CheckResult, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { ec2Type, requireKnownTypes } from '../evaluation/cluster.ts';
import { requireValue } from '../evaluation/facts.ts';
import { groupsOfRequest } from '../plan/provisioning.ts';
import { listed } from '../text/words.ts';

/** A type whose nodes are reported to start with one thread per core where the request leaves ThreadsPerCore out. */
const halved = { type: 'ml.p5.48xlarge', starts: 96, all: 192 } as const;

const adviseThreads = (group: string): CheckResult =>
  fail(
    `${halved.starts} of ${halved.all} vCPUs available on each ${halved.type} of group ${group} (estimate). The request does not set ThreadsPerCore.`,
    { text: 'Set ThreadsPerCore to 2 before the group is created if its nodes need all vCPUs. It cannot be changed later.' },
    { have: halved.starts, need: halved.all, unit: 'vCPUs' },
  );

export default clusterCheck({
  id: 'threads',
  level: 'required',
  levelNote: 'required; advice where a group of ml.p5.48xlarge does not set it',
  title: 'ThreadsPerCore is a value that EC2 accepts for the instance type',
  rationale: 'EC2 does not launch instances with a number of threads that their type does not support. Graviton types support only 1.',
  applies: 'groups of planned clusters with ThreadsPerCore if EC2 lists valid values for the type; groups of ml.p5.48xlarge without it',
  reference: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/cpu-options-supported-instances-values.html',
  needs: ['instanceTypes'],
  *cases({ facts }, { plan, groups }) {
    for (const { InstanceGroupName: name, ThreadsPerCore: threads } of plan ? groupsOfRequest(plan.request) : []) {
      const types = groups.find((group) => group.name === name)?.types ?? [];
      if (threads === undefined) {
        if (types.includes(halved.type))
          yield { group: name, resource: 'ThreadsPerCore', level: 'advice', evaluate: () => adviseThreads(name) };
        continue;
      }
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
