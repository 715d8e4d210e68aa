import { type Case, type CheckContext, type CheckRemediation, clusterCheck, fail, pass } from '../evaluation/check.ts';
import type { Cluster } from '../evaluation/cluster.ts';
import { requireKey } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { imageUser, preferences, runAs, setRunAs, userFault } from '../iam/session-preferences.ts';
import { aws } from '../text/command-line.ts';
import { consolePage } from '../text/console-links.ts';

const tag = 'SSMSessionRunAs';

export default clusterCheck({
  id: 'run-as-user-mapped',
  level: 'recommended',
  title: 'With Run As on, each session has a user: the default user or a tag of the principal',
  rationale:
    'With Run As on, a session starts only if a tag or the default names a user that exists on the node. Session Manager refuses root, and with Run As it does not create ssm-user.',
  levelNote: 'advice for a user of the other images',
  applies: 'every cluster while Run As is on in the region; principals are those that the plan names',
  reference: 'https://docs.aws.amazon.com/systems-manager/latest/userguide/session-preferences-run-as.html',
  needs: ['sessionDocuments', 'principals'],
  *cases(context, cluster) {
    const { facts, region } = context;
    const principals = sortedUnique(cluster.plan?.runAs?.principals ?? []);
    const user = imageUser(cluster.orchestrator);
    const remediation = () => ({
      text: `Set ${user} or another user that exists on the nodes as default user for all sessions in ${region}, or tag each principal with ${tag}.`,
      command: setRunAs(user, region),
      console: consolePage(context)`systems-manager/session-manager/preferences?region=${region}`,
    });
    yield {
      resource: preferences,
      evaluate: () => {
        const state = runAs(facts);
        if (!state.on) return undefined;
        if (state.defaultUser !== undefined) {
          const fault = userFault(state.defaultUser, cluster.orchestrator);
          return fault === undefined
            ? pass(`Sessions run as ${state.defaultUser} where no tag names another user.`)
            : fail(
                `Document ${preferences} names default user ${state.defaultUser}. ${fault.text}. Sessions of principals without tag ${tag} do not start if the node has no such user.`,
                remediation(),
                { level: fault.level },
              );
        }
        if (principals.length > 0) return undefined;
        return fail(
          `0 principals in runAs.principals of the plan, and ${preferences} names no default user although Run As is on in ${region}. Only sessions of principals with tag ${tag} start. Tags of principals that the plan does not name are not read.`,
          { ...remediation(), text: `${remediation().text} Name tagged principals in runAs.principals of the plan.` },
        );
      },
    };
    for (const arn of principals) yield principalCase({ facts, region }, arn, cluster.orchestrator);
  },
});

/** One principal of the plan; silent where Run As is off or a default user stands in for the tag. */
function principalCase(
  { facts, region }: Pick<CheckContext<'sessionDocuments' | 'principals'>, 'facts' | 'region'>,
  arn: string,
  orchestrator: Cluster['orchestrator'],
): Case {
  return {
    resource: arn,
    evaluate: () => {
      const state = runAs(facts);
      if (!state.on || (state.defaultUser !== undefined && mayExist(state.defaultUser, orchestrator))) return undefined;
      const found = requireKey(facts.principals, arn, 'principal');
      if (found === null)
        return fail(`Principal ${arn} of the plan does not exist.`, { text: 'Correct the ARN in runAs.principals of the plan.' });
      const remediation = {
        text: 'Tag the principal with a user that exists on the nodes.',
        ...tagLine(arn, imageUser(orchestrator), region),
      };
      if (found.runAs === undefined || found.runAs === '')
        return fail(`Principal ${arn} has no tag ${tag}, and no usable default user exists. Its sessions do not start.`, remediation);
      const fault = userFault(found.runAs, orchestrator);
      if (fault !== undefined)
        return fail(
          `Tag ${tag} of ${arn} names ${found.runAs}. ${fault.text}. Its sessions do not start if the node has no such user.`,
          remediation,
          {
            level: fault.level,
          },
        );
      return pass(`Sessions of ${arn} run as ${found.runAs}.`);
    },
  };
}

/** Whether sessions may start as the user, at least where a lifecycle script creates it. */
const mayExist = (user: string, orchestrator: Cluster['orchestrator']): boolean => userFault(user, orchestrator)?.level !== 'recommended';

function tagLine(arn: string, user: string, region: string): Pick<CheckRemediation, 'command'> {
  const [, kind, name] = /:iam::\d{12}:(role|user)\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  if (kind === undefined || name === undefined) return {};
  return { command: aws(['iam', `tag-${kind}`], { [`${kind}-name`]: name, tags: [{ Key: tag, Value: user }], region }) };
}
