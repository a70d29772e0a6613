import { connector } from '#connector-kit/contract.ts';
import { hostOf } from '#connector-kit/host-of.ts';
import { findAccounts, listAccounts } from './accounts.ts';
import { actionsFor } from './actions.ts';
import { type Client, openClient } from './client.ts';
import { DescriptionFile, draftOf, fromLibrary, libraryIds } from './library.ts';
import { ownedBy } from './owned.ts';
import { unexpected, valueAt } from './pointer.ts';
import { settings } from './settings.ts';
import { ticketsFor } from './tickets.ts';

/** Any system with an HTTP interface, described as data: no code, no expressions. */
export const http = connector({
  id: 'http',
  name: 'HTTP without code',
  category: 'other',
  settings,

  descriptions: {
    file: DescriptionFile,
    ready: () =>
      libraryIds().flatMap((id) => {
        const file = fromLibrary(id);
        if (!file) return [];
        const { description, about } = file;
        const does = about?.does ?? '';
        return [{ id, name: description.system, does, file, settings: draftOf(file) }];
      }),
  },

  hosts: ({ address, tokenAddress }) => [
    ...new Set([address, tokenAddress].filter((it) => it !== undefined).map(hostOf)),
  ],

  open: openClient,

  check: async (client: Client) => ({ actingAs: await whoWeAre(client), scopes: null }),

  accounts: {
    areAccess: ({ description }) => description.account.areAccess ?? true,
    find: findAccounts,
    list: listAccounts,
    own: whoWeAre,
  },
  owns: ({ description }) => (description.owned ? ownedBy : null),
  actions: actionsFor,
  tickets: ticketsFor,
});

/** Under which name, by what the system answers, or else by what was entered. */
async function whoWeAre(client: Client): Promise<string> {
  const { request, actingAs } = client.description.check;
  const { body = null, summary } = await client.ask(request, {});
  const who = actingAs === undefined ? client.signedInAs : valueAt(body, actingAs);
  if (typeof who === 'string' || typeof who === 'number') return String(who);
  throw unexpected(`${summary} There is no name at "${actingAs}" of the answer`);
}
