import { type Case, type CheckContext, type CheckRemediation, clusterCheck, fail, pass } from '../evaluation/check.ts';
import { requireKey } from '../evaluation/facts.ts';
import { sortedUnique } from '../evaluation/order.ts';
import { imageUser, preferences, runAs, setRunAs } from '../iam/session-preferences.ts';
import { aws } from '../text/command-line.ts';
import { consolePage } from '../text/console-links.ts';

const tag = 'SSMSessionRunAs';

export default clusterCheck({
  id: 'run-as-user-mapped',
  level: 'required',
  levelNote: 'recommended; required where no principal is mapped to a user',
  title: 'With Run As on, sessions have a user: a default one, or a tag on each principal',
  rationale: 'Where Run As is on and neither a tag nor a default names a user, the session does not start; root is refused.',
  applies: 'every cluster while Run As is on in the region; principals are those the plan names',
  reference: 'https://docs.aws.amazon.com/systems-manager/latest/userguide/session-preferences-run-as.html',
  needs: ['sessionDocuments', 'principals'],
  *cases(context, cluster) {
    const { facts, region } = context;
    const principals = sortedUnique(cluster.plan?.runAs?.principals ?? []);
    const user = imageUser(cluster.orchestrator);
    const remediation = {
      text: `Set ${user} or another user that exists on the nodes as default, or tag each principal with ${tag}.`,
      command: setRunAs(user, region),
      console: consolePage(context)`systems-manager/session-manager/preferences?region=${region}`,
    };
    yield {
      resource: preferences,
      // With no principal named it alone can keep every session from starting.
      level: principals.length > 0 ? 'recommended' : 'required',
      evaluate: () => {
        const state = runAs(facts);
        if (!state.on) return undefined;
        if (state.defaultUser === 'root')
          return fail(
            `Document ${preferences} names root as default user, whom Session Manager refuses: sessions of principals without the tag ${tag} do not start.`,
            remediation,
          );
        if (state.defaultUser !== undefined)
          return pass(`Sessions run as ${state.defaultUser} where no tag names another user.`, { level: 'recommended' });
        if (principals.length > 0) return undefined;
        return fail(
          `Run As is on in ${region}, but ${preferences} names no default user and the plan no principals with a tag ${tag}: no session is known to start.`,
          remediation,
        );
      },
    };
    for (const arn of principals) yield principalCase({ facts, region }, arn, user);
  },
});

/** One principal of the plan; silent where Run As is off or a default user stands in for the tag. */
function principalCase(
  { facts, region }: Pick<CheckContext<'sessionDocuments' | 'principals'>, 'facts' | 'region'>,
  arn: string,
  user: string,
): Case {
  return {
    resource: arn,
    level: 'recommended',
    evaluate: () => {
      const state = runAs(facts);
      if (!state.on || (state.defaultUser !== undefined && state.defaultUser !== 'root')) return undefined;
      const found = requireKey(facts.principals, arn, 'principal');
      if (found === null)
        return fail(`Principal ${arn} of the plan does not exist.`, { text: "Correct the ARN under the plan's runAs.principals." });
      const remediation = { text: `Tag it with a user that exists on the nodes.`, ...tagLine(arn, user, region) };
      if (found.runAs === undefined || found.runAs === '')
        return fail(`Principal ${arn} has no tag ${tag} and no usable default user exists: its sessions do not start.`, remediation);
      if (found.runAs === 'root')
        return fail(`The tag ${tag} of ${arn} names root, whom Session Manager refuses: its sessions do not start.`, remediation);
      return pass(`Sessions of ${arn} run as ${found.runAs}.`);
    },
  };
}

function tagLine(arn: string, user: string, region: string): Pick<CheckRemediation, 'command'> {
  const [, kind, name] = /:iam::\d{12}:(role|user)\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  if (kind === undefined || name === undefined) return {};
  return { command: aws(['iam', `tag-${kind}`], { [`${kind}-name`]: name, tags: [{ Key: tag, Value: user }], region }) };
}
