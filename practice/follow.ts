import { Case } from '../src/api/contract/cases.ts';
import type { Step } from '../src/api/contract/steps.ts';
import type { Client } from '../src/cli/client.ts';
import type { CapturedMessage, SmtpTestServer } from './servers/smtp.ts';
import { type Row, type Screen, seconds } from './terminal.ts';
import { newsOf } from './words.ts';

export interface Follower {
  /** Asks how the case stands, and prints what is new, a moment later and in order. */
  look(): Promise<Case>;
  /** The last answer. */
  readonly last: () => Case | null;
  /** Mail since the beginning, whether it was shown or not. */
  readonly mails: () => readonly CapturedMessage[];
  /** Something that a person of the story does, among the rest. */
  act(who: string, what: string): void;
  /** Prints what is left. */
  end(): void;
}

/**
 * Follows one case through the API and every mail through the mail server, and prints each
 * change once, in the order in which it happened.
 */
export function follow(
  screen: Screen,
  client: Client,
  it: { caseId: string; since: number; mail: SmtpTestServer; names: ReadonlyMap<string, string> },
): Follower {
  const shown = new Map<string, string>();
  const begun = it.mail.messages.length;
  let mailsShown = begun;
  let last: Case | null = null;
  const since = (at: number) => `+${seconds(at - it.since)}`;

  const whereOf = ({ connection, account, kind }: Step) => {
    if (connection === null) return kind === 'action' ? 'Everywhere' : 'People';
    const name = it.names.get(connection) ?? connection;
    return account?.privileged ? `${name} ★` : name;
  };

  function newRows(found: Case): { at: number; row: Row }[] {
    return found.steps.flatMap((step) => {
      const news = newsOf(step, found, new Date());
      if (!news || isUneventful(step)) return [];
      const key = `${news.word} ${step.attempts < 3 ? step.attempts : ''}`;
      if (shown.get(step.id) === key) return [];
      shown.set(step.id, key);
      const at = momentOf(step);
      // The system has a column of its own.
      const what = step.title.replace(` in ${it.names.get(step.connection ?? '')}`, '');
      return [{ at, row: { ...news, time: since(at), where: whereOf(step), what } }];
    });
  }

  function newMails(): { at: number; row: Row }[] {
    const fresh = it.mail.messages.slice(mailsShown);
    mailsShown += fresh.length;
    // Who was asked or told by mail stands beside the step already.
    return fresh.filter(isAlert).map((mail) => {
      const at = mail.at.getTime();
      const what = `To ${nameIn(mail)}`;
      const word = `“${mail.subject.replace(/^Gatehouse: /, '')}”`;
      return {
        at,
        row: { time: since(at), sign: '✉', tone: 'strong', where: 'Mail', what, word },
      };
    });
  }

  // What is committed late still belongs before what happened after it.
  const pending: { at: number; row: Row }[] = [];
  function print(until: number) {
    pending.sort((a, b) => a.at - b.at);
    while (pending[0] && pending[0].at <= until) screen.row(pending.shift()!.row);
  }

  return {
    async look() {
      last = await client.get(`/cases/${it.caseId}`, Case);
      pending.push(...newRows(last), ...newMails());
      print(Date.now() - settlingMs);
      return last;
    },
    last: () => last,
    mails: () => it.mail.messages.slice(begun),
    act(who, what) {
      const at = Date.now();
      const where = 'People';
      pending.push({
        at,
        row: { time: since(at), sign: '☞', tone: 'strong', where, what: who, word: what },
      });
    },
    end: () => print(Number.POSITIVE_INFINITY),
  };
}

/** Looking somebody up is worth a row only where it does not work. */
const isUneventful = ({ kind, grade }: Step): boolean => kind === 'lookup' && grade !== null;

/** How long a change may take from its moment until everybody can see it. */
const settlingMs = 300;

/** When what is to be shown of a step happened, as far as anybody wrote it down. */
function momentOf({ settledAt, heldAt, assignment, grade, status }: Step): number {
  if (grade !== null && settledAt) return Date.parse(settledAt);
  if (status === 'held' && heldAt) return Date.parse(heldAt);
  return assignment ? Date.parse(assignment.askedAt) : Date.now();
}

export const isAlert = ({ messageId }: CapturedMessage): boolean => messageId.includes('alert-');

/** Alerts begin with the name of whom they are to. */
const nameIn = ({ text }: CapturedMessage): string => text.split(',')[0] ?? '';
