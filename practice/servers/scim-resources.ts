import SCIMMY from 'scimmy';
import type { NewScimUser, ScimDirectory, ScimGroup, ScimUser } from './scim-directory.ts';
import { type Equality, matches } from './scim-query.ts';
import type { ScimQuirks } from './scim-quirks.ts';

/** Whose people a request deals with, and how. */
export interface ScimContext {
  readonly directory: ReturnType<ScimDirectory['shown']>;
  readonly quirks: ScimQuirks;
  /** The filter, where it is a plain comparison; others are scimmy's. */
  readonly equality: Equality | null;
}

/**
 * scimmy keeps one declaration of each resource for the whole process. So they are declared
 * once, and find their people in the context of the request.
 */
export function declareResources(): void {
  if (SCIMMY.Resources.declared(SCIMMY.Resources.User)) return;

  SCIMMY.Resources.declare(SCIMMY.Resources.User)
    .extend(SCIMMY.Schemas.EnterpriseUser)
    .egress((resource, context: ScimContext) => {
      const { users } = context.directory;
      if (resource.id === undefined) return found(resource, context, users, viewUser);
      const user = users.get(resource.id);
      if (!user) throw notFound(resource.id);
      return viewUser(context, user);
    })
    .ingress(({ id }, instance, context: ScimContext) => {
      const { directory, quirks } = context;
      if (id !== undefined && !directory.users.has(id)) throw notFound(id);
      const { schemas, meta, groups, ...given } = plain<NewScimUser>(instance);
      const user = directory.putUser(id === undefined ? given : { ...given, id });
      if (!user) {
        throw new SCIMMY.Types.Error(409, 'uniqueness', `userName ${given.userName} is taken`);
      }
      if (!user.active && quirks.deactivation === 'deletes') directory.remove(user.id);
      return viewUser(context, user);
    })
    .degress(({ id = '' }, context: ScimContext) => {
      if (!context.directory.remove(id)) throw notFound(id);
    });

  SCIMMY.Resources.declare(SCIMMY.Resources.Group)
    .egress((resource, context: ScimContext) => {
      const { groups } = context.directory;
      if (resource.id === undefined) return found(resource, context, groups, viewGroup);
      const group = groups.get(resource.id);
      if (!group) throw notFound(resource.id);
      return viewGroup(context, group);
    })
    .ingress(({ id }, instance, context: ScimContext) => {
      const { directory } = context;
      if (id !== undefined && !directory.groups.has(id)) throw notFound(id);
      const given = plain<{ displayName: string; members?: { value: string }[] }>(instance);
      const group = directory.putGroup({
        ...(id === undefined ? {} : { id }),
        displayName: given.displayName,
        members: (given.members ?? []).map((it) => it.value),
      });
      if (!group) throw new SCIMMY.Types.Error(400, 'invalidValue', 'A member does not exist');
      return viewGroup(context, group);
    })
    .degress(({ id = '' }, context: ScimContext) => {
      if (!context.directory.remove(id)) throw notFound(id);
    });
}

/**
 * What a search finds, cut to the page asked for.
 *
 * scimmy would cut by itself, but answers the first page to a question beyond the last one,
 * and wants everybody rendered for every page. It cuts what is already cut once more when the
 * page begins within the length of the slice; those few are left to it.
 */
function found<Stored extends object, View extends object>(
  resource: InstanceType<typeof SCIMMY.Types.Resource>,
  context: ScimContext,
  stored: ReadonlyMap<string, Stored>,
  view: (context: ScimContext, it: Stored) => View,
): View[] {
  const { equality } = context;
  const { filter, constraints = {} } = resource;
  const { startIndex = 1, count = 20 } = constraints;
  const render = (it: Stored) => view(context, it);
  const all = [...stored.values()].filter((it) => !equality || matches(it, equality));

  if (filter) return filter.match(all.map(render));
  if (startIndex > 1 && startIndex <= Math.min(count, all.length)) return all.map(render);
  Object.assign(constraints, { totalResults: all.length });
  return all.slice(startIndex - 1, startIndex - 1 + count).map(render);
}

function viewUser({ directory }: ScimContext, user: ScimUser) {
  const groups = directory.groupsOf(user.id);
  return groups.length === 0 ? { ...user } : { ...user, groups };
}

function viewGroup({ directory }: ScimContext, { id, displayName, members }: ScimGroup) {
  const base = { id, displayName };
  return members.length === 0 ? base : { ...base, members: directory.membersOf(members) };
}

const notFound = (id: string) => new SCIMMY.Types.Error(404, '', `Resource ${id} not found`);
const plain = <T>(it: unknown): T => JSON.parse(JSON.stringify(it));
