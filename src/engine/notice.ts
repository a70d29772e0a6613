import type { ChatWords } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import { type Language, languageOf } from '#core/language.ts';
import { quietSubject } from '#core/letters.ts';
import type { NoticePlan } from '#core/plan.ts';
import type { Recipient } from '#core/playbook.ts';
import { settingsFrom } from '#core/settings.ts';
import { loadCase } from '#store/cases.ts';
import { keepReceipt, receiptsOf } from '#store/notices.ts';
import { loadSettings } from '#store/settings.ts';
import type { Work } from '#store/steps.ts';
import { peopleFor, reportsTo } from './addressees.ts';
import { beginCall, type Claimed, makeCall } from './call.ts';
import type { Engine } from './engine.ts';
import { acknowledgeLetters, noMailSet } from './letter-receipts.ts';
import { postInChat, type Sent, sendLetter, tellInChat } from './messages.ts';
import { planFor } from './plan-for.ts';
import { hold } from './settle.ts';

interface Receiver {
  /** By which the receipt is known: an address, or a channel. In lower case. */
  readonly key: string;
  readonly way: Way;
  readonly language: Language;
  /** The private address of the person who leaves. */
  readonly isOutside: boolean;
}

/** `chat` is the id of a connection. */
type Way =
  | { readonly kind: 'letter'; readonly address: string }
  | { readonly kind: 'chat'; readonly chat: string; readonly address: string }
  | { readonly kind: 'channel'; readonly chat: string; readonly channel: string };

interface Receivers {
  readonly all: readonly Receiver[];
  /** Who is not told, or not whom the playbook names, and why. */
  readonly notes: readonly string[];
}

/**
 * A notice is a message that must not go out twice: marked before it is sent, like every such call,
 * and for each receiver remembered once the mail server, or the chat, has taken it.
 */
export async function tell(engine: Engine, work: Work): Promise<void> {
  const notice = await filledIn(engine, work);
  const receivers = await receiversOf(engine, work, notice);
  if (receivers.all.length === 0) {
    const why = receivers.notes.join('; ') || 'no address is known for any of its receivers';
    return hold(engine, work, {
      because: `Nobody can be told: ${why}.`,
      failure: null,
      reason: 'nobody to tell',
    });
  }
  const blank = blanksThatMatter(notice, receivers.all);
  if (blank.length > 0) {
    return hold(engine, work, {
      because:
        `It mentions ${blank.map((it) => `{${it}}`).join(', ')}, which nobody filled, so it was not sent. ` +
        'Fill it in where people are kept, then try again; or tell them yourself.',
      failure: null,
      reason: 'a field is missing',
    });
  }
  const told = await receiptsOf(engine.pool, work.id);
  const untold = receivers.all.filter((it) => !told.has(it.key));
  if (untold.length === 0) return acknowledge(engine, work, receivers, [...told.values()], null);

  const claim = await beginCall(engine, work, null, {
    state: null,
    planned: {
      summary: `Tell ${untold.map((it) => it.key).join(', ')}.`,
      change: work.notice,
    },
    settleMs: 0,
    windowMs: engine.timing.windowMs,
    repeatable: false,
    params: work.params,
  });
  if (!claim) return;
  const noSecrets = { withoutSecrets: (error: unknown) => error };
  await makeCall(engine, work, noSecrets, claim.fence, () => sendAll(engine, work, notice, untold));
  const receipts = await receiptsOf(engine.pool, work.id);
  engine.failpoint('before the settlement commits');
  await acknowledge(engine, work, receivers, [...receipts.values()], claim);
  engine.failpoint('after the settlement');
}

/** With what is known now, where something was missing when it was planned. */
async function filledIn(engine: Engine, work: Work): Promise<NoticePlan> {
  const planned = work.notice!;
  const it = planned.blanks ? await loadCase(engine.pool, work.caseId) : null;
  if (!it) return planned;
  const nothing = { offers: [], accounts: new Map(), owned: new Map() };
  const again = await planFor(engine, { case: it, caseId: it.id, ...nothing });
  if (again.kind === 'question') return planned;
  return again.plan.steps.find(({ key }) => key === work.key)?.notice ?? planned;
}

/**
 * What may not be missing: anything of the subject, and anything at all in what leaves the house.
 * Colleagues can live with “(not known)” in a text.
 */
function blanksThatMatter({ blanks }: NoticePlan, to: readonly Receiver[]): readonly string[] {
  if (!blanks) return [];
  const isOutside = to.some((it) => it.isOutside);
  return [...new Set([...blanks.subject, ...(isOutside ? blanks.text : [])])];
}

/** Every receiver once, in the order of the playbook. */
async function receiversOf(engine: Engine, work: Work, { to, by }: NoticePlan): Promise<Receivers> {
  const { company } = settingsFrom(await loadSettings(engine.pool));
  const found = new Map<string, Receiver>();
  const inHouse = { language: company.language, isOutside: false };
  const notes: string[] = [];
  for (const recipient of to) {
    if ('channel' in recipient) {
      const { channel } = recipient;
      const key = `channel ${channel}`.toLowerCase();
      // Planning leaves it out as well; a case may have become confidential since.
      if (work.departure.confidential) notes.push('a channel is not told of a confidential case');
      else if (by) found.set(key, { ...inHouse, key, way: { kind: 'channel', chat: by, channel } });
      continue;
    }
    const { addresses, note } = await addressesOf(engine, work, recipient);
    if (note) notes.push(note);
    const isOutside = 'personalEmail' in recipient;
    const language = isOutside
      ? languageOf(work.personFacts.country, company.language)
      : company.language;
    // The one who leaves gets a letter, which is theirs to keep. A chat shows its words on every screen.
    const byLetter = isOutside || 'leaver' in recipient || work.departure.confidential;
    const chat = byLetter ? undefined : by;
    for (const it of addresses) {
      const address = it.trim().toLowerCase();
      const way: Way = chat ? { kind: 'chat', chat, address } : { kind: 'letter', address };
      if (!found.has(address)) found.set(address, { key: address, way, language, isOutside });
    }
  }
  return { all: [...found.values()], notes };
}

type Personal = Exclude<Recipient, { readonly channel: string }>;

interface Addresses {
  readonly addresses: readonly string[];
  readonly note: string | null;
}

async function addressesOf(engine: Engine, work: Work, to: Personal): Promise<Addresses> {
  if ('personalEmail' in to) {
    const { personalEmail } = work.personFacts;
    return personalEmail
      ? { addresses: [personalEmail], note: null }
      : { addresses: [], note: 'the private address is not known' };
  }
  if ('leaver' in to) return atWork(work);
  if ('reports' in to) {
    const people = await reportsTo({ engine, work });
    const note = people.length > 0 ? null : 'nobody has this person as their manager';
    return { addresses: people.map((it) => it.email), note };
  }
  const { people, instead } = await peopleFor({ engine, work }, to);
  const names = people.map((it) => it.name).join(', ');
  const note = instead && names ? `${names} instead, since ${instead}` : instead;
  return { addresses: people.map((it) => it.email), note };
}

/** The mailbox of the person who leaves: never once access has ended, and never in a confidential case. */
function atWork({ personFacts, departure, accessEndsAt, now }: Work): Addresses {
  if (departure.confidential) {
    return {
      addresses: [],
      note: 'the person who leaves is not written to in a confidential case',
    };
  }
  if (accessEndsAt === null || accessEndsAt <= now) {
    return { addresses: [], note: 'the mailbox of the person who leaves is closed' };
  }
  return { addresses: [personFacts.email], note: null };
}

/** One receiver whom the server refuses must not keep the others from being told. */
async function sendAll(
  engine: Engine,
  work: Work,
  notice: NoticePlan,
  receivers: readonly Receiver[],
): Promise<void> {
  let refusal: ConnectorError | null = null;
  for (const [i, receiver] of receivers.entries()) {
    engine.failpoint('during the call');
    const { key, way, language } = receiver;
    const { subject, text } = notice.others?.[language] ?? notice;
    const sent = await sendOne(engine, way, {
      subject: work.departure.confidential ? quietSubject(language) : subject,
      text,
      id: `notice-${work.id}-${i}`,
    });
    switch (sent.kind) {
      case 'sent':
        await keepReceipt(engine.pool, {
          stepId: work.id,
          recipient: key,
          receipt: sent.receipt,
        });
        break;
      case 'no mail':
        throw new ConnectorError(noMailSet);
      case 'failed': {
        const { failure } = sent;
        const error = new ConnectorError({ ...failure, detail: `${key}: ${failure.detail}` });
        if (failure.kind !== 'rejected') throw error;
        refusal ??= error;
      }
    }
  }
  if (refusal) throw refusal;
}

/** In the chat, or else by mail where the chat knows nobody of that address. */
async function sendOne(
  engine: Engine,
  way: Way,
  words: ChatWords & { readonly id: string },
): Promise<Sent> {
  const { subject, text } = words;
  switch (way.kind) {
    case 'letter':
      return sendLetter(engine, { ...words, to: way.address });
    case 'channel':
      return postInChat(engine, way.chat, way.channel, { subject, text });
    case 'chat': {
      const told = await tellInChat(engine, way.chat, way.address, { subject, text });
      if (told.kind !== 'stranger') return told;
      const sent = await sendLetter(engine, { ...words, to: way.address });
      if (sent.kind !== 'sent') return sent;
      const receipt = `${told.chat} knows nobody of this address, so it went by mail. ${sent.receipt}`;
      return { kind: 'sent', receipt };
    }
  }
}

async function acknowledge(
  engine: Engine,
  work: Work,
  { notes }: Receivers,
  receipts: readonly string[],
  claim: Claimed | null,
): Promise<void> {
  const all = receipts.length === 1 ? 'it' : `all ${receipts.length}`;
  const taken = work.notice?.by
    ? `The chat, or the mail server, took ${all}.`
    : `The mail server took ${all}.`;
  await acknowledgeLetters(engine, work, {
    receipts,
    because: [taken, ...(notes.length > 0 ? [`But: ${notes.join('; ')}.`] : [])].join(' '),
    claim,
  });
}
