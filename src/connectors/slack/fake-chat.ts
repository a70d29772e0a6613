import type { FakeSlackUser } from './fake-data.ts';

export interface FakeChannel {
  readonly id: string;
  readonly name: string;
  readonly archived?: true;
  /** The app is not in it. */
  readonly foreign?: true;
}

/** A message as whoever reads it sees it. */
export interface FakeMessage {
  /** Id of a channel or of a conversation. */
  readonly channel: string;
  /** Whose conversation with the app it is; null: a channel. */
  readonly person: string | null;
  readonly shown: string;
  /** Who is called by a mention in it, such as “!channel”. */
  readonly called: readonly string[];
}

type Input = Readonly<Record<string, unknown>>;
type Method = readonly [scope: string, method: (input: Input) => object];

/** Conversations and messages of a small Slack. */
export function chatOfFake(it: {
  readonly users: readonly FakeSlackUser[];
  readonly channels: readonly FakeChannel[];
}) {
  const posted: FakeMessage[] = [];
  const conversationOf = ({ id }: FakeSlackUser) => `D0${id.slice(1)}`;

  const methods: Record<string, Method> = {
    'conversations.open': [
      'im:write',
      ({ users }) => {
        const person = it.users.find(({ id }) => id === users);
        if (!person) return refuse('user_not_found');
        if (person.deleted) return refuse('user_disabled');
        return { channel: { id: conversationOf(person) } };
      },
    ],
    'chat.postMessage': [
      'chat:write',
      ({ channel: asked, text, parse, link_names }) => {
        const person = it.users.find((one) => conversationOf(one) === asked);
        const named = String(asked).replace(/^#/, '');
        const channel = it.channels.find(({ id, name }) => id === asked || name === named);
        if (!person && !channel) return refuse('channel_not_found');
        if (channel?.archived) return refuse('is_archived');
        if (channel?.foreign) return refuse('not_in_channel');
        if (!text) return refuse('no_text');

        const id = person ? conversationOf(person) : channel!.id;
        const readsNames = parse === 'full' || link_names === true;
        posted.push({
          ...{ channel: id, person: person?.id ?? null },
          ...seen(String(text), readsNames),
        });
        const ts = `17644000${String(posted.length).padStart(2, '0')}.000100`;
        const message = { type: 'message', text: String(text), ts, bot_id: 'B0GATEHOUSE' };
        return { channel: id, ts, message };
      },
    ],
  };
  return { posted, methods };
}

/** What Slack makes of the text of a message. */
function seen(text: string, readsNames: boolean): Pick<FakeMessage, 'shown' | 'called'> {
  const called = [...text.matchAll(/<([!@#][^>]*)>/g)].map(([, name]) => String(name));
  if (readsNames) called.push(...(text.match(/@\w+/g) ?? []));
  const shown = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  return { shown, called };
}

const refuse = (error: string) => ({ ok: false, error });
