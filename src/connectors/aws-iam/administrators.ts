import { z } from 'zod';
import { type Iam, plainDocument, type UserDetail } from './api.ts';

/** By their names, policies of AWS that make an administrator, or let somebody become one. */
const administrative: ReadonlySet<string> = new Set([
  'AdministratorAccess',
  'PowerUserAccess',
  'IAMFullAccess',
  'AWSOrganizationsFullAccess',
  'AWSSSOMasterAccountAdministrator',
]);
/** Whoever may do one of these to anybody can give themselves everything. */
const masterKeys = [
  'iam:attachuserpolicy',
  'iam:putuserpolicy',
  'iam:attachgrouppolicy',
  'iam:putgrouppolicy',
  'iam:addusertogroup',
  'iam:createaccesskey',
  'iam:createloginprofile',
  'iam:updateassumerolepolicy',
  'sts:assumerole',
];

const oneOrMore = z.union([z.string().transform((it) => [it]), z.array(z.string())]);
const Statement = z.object({
  Effect: z.string(),
  Action: oneOrMore.optional(),
  NotAction: oneOrMore.optional(),
  Resource: oneOrMore.optional(),
  NotResource: oneOrMore.optional(),
});
const Document = z.object({
  Statement: z.union([Statement.transform((it) => [it]), z.array(Statement)]),
});

function statementsIn(document: string): readonly z.infer<typeof Statement>[] | null {
  try {
    return Document.parse(JSON.parse(document)).Statement;
  } catch {
    return null;
  }
}

/** Whether a policy makes an administrator. One that cannot be read counts: better cut first once too often. */
export function makesAdministrator(document: string): boolean {
  const statements = statementsIn(document);
  if (statements === null) return true;
  return statements.some((it) => {
    const everywhere = it.NotResource !== undefined || it.Resource?.includes('*') === true;
    if (it.Effect !== 'Allow' || !everywhere) return false;
    if (it.NotAction)
      return !masterKeys.every((key) => it.NotAction?.some((not) => covers(not, key)));
    return it.Action?.some((action) => masterKeys.some((key) => covers(action, key))) === true;
  });
}

/** Whether a policy gives nothing, and only takes away. */
export function onlyDenies(document: string): boolean {
  return statementsIn(document)?.every(({ Effect }) => Effect === 'Deny') === true;
}

/** `*` is any text, `?` any character; case does not matter. */
function covers(pattern: string, action: string): boolean {
  const source = pattern.toLowerCase().replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${source.replaceAll(/\*+/g, '.*').replaceAll('?', '.')}$`).test(action);
}

interface Granted {
  readonly AttachedManagedPolicies?:
    | readonly { readonly PolicyArn: string; readonly PolicyName: string }[]
    | undefined;
}
const isOfAws = (arn: string) => /^arn:[\w-]+:iam::aws:policy\//.test(arn);

/** Tells administrators: by what hangs on the user itself, and by its groups. */
export async function administrators(iam: Iam): Promise<(user: UserDetail) => boolean> {
  const policies = new Set<string>();
  const groups: (Granted & { readonly name: string; readonly itself: boolean })[] = [];
  for await (const { Policies: own = [], GroupDetailList: details = [] } of iam.grants()) {
    for (const { Arn, PolicyVersionList: versions } of own) {
      const { Document: document } = versions.find((it) => it.IsDefaultVersion === 'true') ?? {};
      if (document !== undefined && makesAdministrator(plainDocument(document))) policies.add(Arn);
    }
    for (const { GroupName: name, GroupPolicyList: inline = [], ...rest } of details) {
      const itself = inline.some((it) => makesAdministrator(plainDocument(it.PolicyDocument)));
      groups.push({ ...rest, name, itself });
    }
  }
  const isGranted = ({ AttachedManagedPolicies: attached = [] }: Granted) =>
    attached.some(({ PolicyArn: arn, PolicyName: name }) =>
      isOfAws(arn) ? administrative.has(name) : policies.has(arn),
    );
  const strong = new Set(groups.filter((it) => it.itself || isGranted(it)).map(({ name }) => name));
  return (user) =>
    isGranted(user) ||
    (user.GroupList ?? []).some((it) => strong.has(it)) ||
    (user.UserPolicyList ?? []).some((it) => makesAdministrator(plainDocument(it.PolicyDocument)));
}
