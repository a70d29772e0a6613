import type { Owned } from '#connector-kit/contract.ts';
import type { Slack } from './api.ts';
import { workspacesOf } from './memberships.ts';
import type { IntegrationChange } from './shapes.ts';

const gone = new Set(['removed', 'disabled']);

/**
 * The apps and integrations that the person put in and that are still there. What runs with their own
 * permissions stops when the account is deactivated; bots, slash commands and incoming webhooks may live on.
 * Slack does not tell who else looks after one, so each counts as looked after by nobody else.
 */
export async function integrationsOf(slack: Slack, accountId: string): Promise<readonly Owned[]> {
  const found = new Map<string, Owned>();
  for (const workspace of await workspacesOf(slack, accountId)) {
    const where = workspace === null ? {} : { team_id: workspace };
    const own = await slack.integrationChanges({ ...where, user: accountId });
    for (const it of own) {
      const key = keyOf(it);
      if (it.change_type !== 'added' || key === null || found.has(key.id)) continue;
      // Somebody else may have taken it out since.
      const all = await slack.integrationChanges({ ...where, ...key.query });
      const last = all.reduce((a, b) => (Number(b.date) > Number(a.date) ? b : a), it);
      if (gone.has(last.change_type)) continue;
      const name = it.service_type ?? it.app_type ?? key.id;
      found.set(key.id, { id: key.id, kind: 'integration', name, soleOwner: true });
    }
  }
  return [...found.values()];
}

/** Apps have the one number, older integrations the other. */
function keyOf({ app_id, service_id }: IntegrationChange) {
  if (app_id) return { id: app_id, query: { app_id } };
  return service_id ? { id: service_id, query: { service_id } } : null;
}
