import { z } from 'zod';
import { unlessMissing } from '#connector-kit/http.ts';
import type { User } from './directory.ts';
import { scopes } from './scopes.ts';
import { all, inPath, pageOf, pagesOf, type Speak } from './web.ts';

/** What Vault can hold of an account, and how Google calls it. */
export const services = {
  mail: 'MAIL',
  files: 'DRIVE',
  chat: 'HANGOUTS_CHAT',
  calendar: 'CALENDAR',
  voice: 'VOICE',
  gemini: 'GEMINI',
} as const;
export type Service = keyof typeof services;

const Matter = z.object({
  matterId: z.string(),
  state: z.enum(['OPEN', 'CLOSED', 'DELETED', 'STATE_UNSPECIFIED']),
});

const ofTime = { startTime: z.string().optional(), endTime: z.string().optional() };
const Query = z.object({
  mailQuery: z.object({ terms: z.string().optional(), ...ofTime }).optional(),
  hangoutsChatQuery: z.object({ includeRooms: z.boolean().optional() }).optional(),
  voiceQuery: z.object({ coveredData: z.array(z.string()).default([]) }).optional(),
});
const Hold = z.object({
  holdId: z.string(),
  name: z.string().default(''),
  corpus: z.string(),
  accounts: z.array(z.object({ accountId: z.string() })).default([]),
  orgUnit: z.object({ orgUnitId: z.string().optional() }).optional(),
  query: Query.optional(),
});
export type Hold = z.infer<typeof Hold>;

const Unit = z.object({ orgUnitId: z.string(), orgUnitPath: z.string() });
const voiceData = ['TEXT_MESSAGES', 'VOICEMAILS', 'CALL_LOGS'];

/** Options with which a hold covers all of a service. */
const everything: Partial<Record<Service, object>> = {
  chat: { hangoutsChatQuery: { includeRooms: true } },
  voice: { voiceQuery: { coveredData: voiceData } },
};

/** Whether a hold covers all that somebody has in its service, and no part of it only. */
export function isWhole({ corpus, query }: Hold): boolean {
  const { mailQuery: mail, hangoutsChatQuery: chat, voiceQuery: voice } = query ?? {};
  if (corpus === services.chat) return chat?.includeRooms === true;
  if (corpus === services.voice) return voiceData.every((it) => voice?.coveredData.includes(it));
  return !mail?.terms && !mail?.startTime && !mail?.endTime;
}

/** Matters and holds of Google Vault. https://developers.google.com/workspace/vault/reference/rest */
export function openVault(speak: Speak) {
  const http = speak('vault', scopes.vault);
  const directory = speak('admin', scopes.units);
  const holds = (matterId: string) => `/v1/matters/${inPath(matterId)}/holds`;
  const page = { pageSize: '100' };
  const holdsIn = (matterId: string) =>
    all(pagesOf(http, holds(matterId), page, pageOf('holds', Hold)));

  /** Ids of the unit at this path and of those above it: a hold on one of them covers all below. */
  async function unitsAround(unitPath: string): Promise<Set<string>> {
    const path = '/admin/directory/v1/customer/my_customer/orgunits?type=allIncludingParent';
    const { items } = await directory.get(path, pageOf('organizationUnits', Unit));
    const around = items.filter(({ orgUnitPath: above }) =>
      `${unitPath}/`.startsWith(above === '/' ? above : `${above}/`),
    );
    return new Set(around.map(({ orgUnitId }) => orgUnitId));
  }

  return {
    /** Null: there is none, or we may not see it. */
    matter: (id: string) => unlessMissing(http.get(`/v1/matters/${inPath(id)}`, Matter)),
    holdsIn,

    /** Everything that is held of somebody, by themselves or with their unit, in all matters that are open. */
    async holdsOn({ id, orgUnitPath }: Pick<User, 'id' | 'orgUnitPath'>) {
      const matters = await all(
        pagesOf(http, '/v1/matters', { ...page, state: 'OPEN' }, pageOf('matters', Matter)),
      );
      let units: Set<string> | null = null;
      const found: { matter: string; corpus: string }[] = [];
      for (const { matterId: matter } of matters) {
        for (const { corpus, accounts, orgUnit } of await holdsIn(matter)) {
          if (orgUnit?.orgUnitId !== undefined) units ??= await unitsAround(orgUnitPath ?? '/');
          const isOfUnit = units?.has(orgUnit?.orgUnitId ?? '') ?? false;
          if (isOfUnit || accounts.some(({ accountId }) => accountId === id)) {
            found.push({ matter, corpus });
          }
        }
      }
      return found;
    },

    createHold: (matterId: string, name: string, service: Service, accountId: string) =>
      http.call('POST', holds(matterId), {
        ...{ name, corpus: services[service], accounts: [{ accountId }] },
        ...(everything[service] ? { query: everything[service] } : {}),
      }),
    addToHold: (matterId: string, holdId: string, accountId: string) =>
      http.call('POST', `${holds(matterId)}/${inPath(holdId)}/accounts`, { accountId }),
  };
}
