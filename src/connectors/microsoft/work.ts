import { z } from 'zod';
import { unlessMissing } from '#connector-kit/http.ts';
import { type Graph, query, refTo } from './graph.ts';

const Thing = z.object({
  '@odata.type': z.string().optional(),
  id: z.string(),
  displayName: z.string().nullish(),
  userPrincipalName: z.string().nullish(),
});
const Licensed = z.object({
  licenseAssignmentStates: z.array(
    z.object({
      skuId: z.string(),
      assignedByGroup: z.string().nullish(),
      disabledPlans: z.array(z.string()).nullish(),
    }),
  ),
});
const Product = z.object({ skuId: z.string(), skuPartNumber: z.string().nullish() });
const Mailbox = z.object({
  userPurpose: z.string().nullish(),
  automaticRepliesSetting: z.object({
    status: z.string().nullish(),
    internalReplyMessage: z.string().nullish(),
    externalReplyMessage: z.string().nullish(),
  }),
});
const Recipients = z.array(z.unknown()).nullish();
const Rule = z.object({
  id: z.string(),
  actions: z
    .object({
      forwardTo: Recipients,
      forwardAsAttachmentTo: Recipients,
      redirectTo: Recipients,
    })
    .nullish(),
});
const Permission = z.object({
  id: z.string(),
  roles: z.array(z.string()).default([]),
  grantedToV2: z.object({ user: z.object({ id: z.string().nullish() }).nullish() }).nullish(),
});
const Device = z.object({
  id: z.string(),
  deviceName: z.string().nullish(),
  managedDeviceOwnerType: z.string().nullish(),
  managementState: z.string().nullish(),
  deviceActionResults: z
    .array(
      z.object({
        actionName: z.string().nullish(),
        actionState: z.string(),
        startDateTime: z.string(),
      }),
    )
    .nullish(),
});
export type Device = z.infer<typeof Device>;

/** What has owners in the directory. */
export type OwnedList = 'groups' | 'applications' | 'servicePrincipals';

const deviceFields = Object.keys(Device.shape).join(',');
const at = encodeURIComponent;

/** What people leave behind: things they own, people they manage, licences, mail, files and devices. */
export function workCalls(graph: Graph) {
  const user = (id: string) => `/users/${at(id)}`;
  const owners = (list: OwnedList, id: string) => `/${list}/${at(id)}/owners`;
  const rules = (id: string) => `${user(id)}/mailFolders/inbox/messageRules`;
  const permissions = (id: string, item: string) =>
    `${user(id)}/drive/items/${at(item)}/permissions`;
  const device = (id: string) => `/deviceManagement/managedDevices/${at(id)}`;
  const named = query({ select: 'id,displayName,userPrincipalName', top: 999 });

  return {
    owned: (id: string) =>
      graph.all(`${user(id)}/ownedObjects${query({ select: 'id,displayName', top: 999 })}`, Thing),
    ownersOf: async (list: OwnedList, id: string) =>
      (await graph.all(`${owners(list, id)}${query({ select: 'id' })}`, Thing)).map((it) => it.id),
    addOwner: (list: OwnedList, id: string, owner: string) =>
      graph.call('POST', `${owners(list, id)}/$ref`, refTo('users', owner)),
    /** Without `/$ref` this deletes the owner. */
    removeOwner: (list: OwnedList, id: string, owner: string) =>
      graph.call('DELETE', `${owners(list, id)}/${at(owner)}/$ref`),

    reports: (id: string) => graph.all(`${user(id)}/directReports${named}`, Thing),
    managerOf: async (id: string) =>
      (await unlessMissing(graph.get(`${user(id)}/manager${query({ select: 'id' })}`, Thing)))
        ?.id ?? null,
    setManager: (id: string, manager: string) =>
      graph.call('PUT', `${user(id)}/manager/$ref`, refTo('users', manager)),

    licences: async (id: string) =>
      (await graph.get(`${user(id)}${query({ select: 'licenseAssignmentStates' })}`, Licensed))
        .licenseAssignmentStates,
    products: (id: string) => graph.all(`${user(id)}/licenseDetails`, Product),
    assignLicences: (
      id: string,
      addLicenses: readonly { skuId: string; disabledPlans: readonly string[] }[],
      removeLicenses: readonly string[],
    ) => graph.call('POST', `${user(id)}/assignLicense`, { addLicenses, removeLicenses }),

    /** Null: there is no mailbox, which Graph answers like a user that is missing. */
    mailbox: (id: string) => unlessMissing(graph.get(`${user(id)}/mailboxSettings`, Mailbox)),
    setReply: (id: string, text: string) =>
      graph.call('PATCH', `${user(id)}/mailboxSettings`, {
        automaticRepliesSetting: {
          ...{ status: 'alwaysEnabled', externalAudience: 'all' },
          ...{ internalReplyMessage: text, externalReplyMessage: text },
        },
      }),
    /** Ids of the rules that send mail on. Hidden ones Graph does not show. */
    forwardingRules: async (id: string) =>
      (await graph.all(rules(id), Rule)).filter(forwards).map((it) => it.id),
    removeRule: (id: string, rule: string) => graph.call('DELETE', `${rules(id)}/${at(rule)}`),

    /** The id of the root of the OneDrive; null: there is none. */
    driveRoot: async (id: string) =>
      (await unlessMissing(graph.get(`${user(id)}/drive/root${query({ select: 'id' })}`, Thing)))
        ?.id ?? null,
    permissions: (id: string, item: string) => graph.all(permissions(id, item), Permission),
    /** Nobody is written to. */
    share: (id: string, item: string, objectId: string) =>
      graph.call('POST', `${user(id)}/drive/items/${at(item)}/invite`, {
        ...{ recipients: [{ objectId }], roles: ['write'] },
        ...{ requireSignIn: true, sendInvitation: false },
      }),
    unshare: (id: string, item: string, permission: string) =>
      graph.call('DELETE', `${permissions(id, item)}/${at(permission)}`),

    devicesOf: (id: string) =>
      graph.all(`${user(id)}/managedDevices${query({ select: deviceFields })}`, Device),
    device: (id: string) => graph.get(`${device(id)}${query({ select: deviceFields })}`, Device),
    lock: (id: string) => graph.call('POST', `${device(id)}/remoteLock`),
    /** Takes off what is the company's, and leaves the rest. */
    retire: (id: string) => graph.call('POST', `${device(id)}/retire`),
    wipe: (id: string) =>
      graph.call('POST', `${device(id)}/wipe`, { keepEnrollmentData: false, keepUserData: false }),
  };
}

const forwards = ({ actions }: z.infer<typeof Rule>) =>
  [actions?.forwardTo, actions?.forwardAsAttachmentTo, actions?.redirectTo].some(
    (it) => (it?.length ?? 0) > 0,
  );
