import { connector, type Io, isSameChannel, type Receipt } from '#connector-kit/contract.ts';
import { openHttp } from '#connector-kit/http.ts';
import { ConnectorError } from '#core/failure.ts';
import { messageOf } from './card.ts';
import { type Settings, settings } from './settings.ts';

/** One workflow of Teams, which posts what it is sent into its channel. */
function openTeams({ address, signature, channel }: Settings, io: Io) {
  const { origin, pathname } = new URL(address);
  const http = openHttp(io, { baseUrl: origin, headers: {} });
  return {
    async post(message: object): Promise<Receipt> {
      const response = await http.send('POST', `${pathname}?${signature}`, message);
      await response.arrayBuffer().catch((cause: unknown) => {
        const detail = `The workflow of the channel ${channel} hung up in the middle of its answer`;
        throw new ConnectorError({ kind: 'unavailable', detail }, { cause });
      });
      const { status } = response;
      // That is what a workflow answers before it does anything; all else comes from somebody else.
      if (status !== 202) {
        const detail = `The workflow of the channel ${channel} answered ${status}, and not that it took the message`;
        throw new ConnectorError({ kind: 'unexpected', detail });
      }
      return { summary: `The workflow of the channel ${channel} took the message (${status}).` };
    },
  };
}
type Teams = ReturnType<typeof openTeams>;

/** A channel of Microsoft Teams that messages are posted into. Accounts there are those of Microsoft 365. */
export const teams = connector({
  id: 'teams',
  name: 'Microsoft Teams',
  category: 'collaboration',
  settings,
  hosts: ({ address }) => [`${new URL(address).hostname}:443`],
  open: openTeams,

  async check(client) {
    const { summary } = await client.post(
      messageOf({ subject: 'Gatehouse', text: 'Gatehouse can post into this channel.' }),
    );
    return { actingAs: `a workflow that took a test message: ${summary}`, scopes: null };
  },
  checkIsSeen: true,

  accounts: null,
  actions: [],
  chat: ({ channel }) => ({
    scopes: [],
    onlyChannel: channel,
    /** A workflow posts into its one channel, so nobody can be told alone. */
    tell: async () => null,
    async post(client: Teams, named, words) {
      if (!isSameChannel(named, channel)) {
        const detail = `This connection posts into the channel “${channel}” only, not into “${named}”.`;
        throw new ConnectorError({ kind: 'rejected', detail });
      }
      return client.post(messageOf(words));
    },
  }),
});
