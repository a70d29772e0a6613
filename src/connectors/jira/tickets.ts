import type { Ticket, TicketContent, Tickets } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Issue, Jira, Move } from './api.ts';
import { documentOf, textOf } from './document.ts';

/** Issues that carry our reference as a label. */
export const tickets: Tickets<Jira> = {
  scopes: ['read:jira-user', 'read:jira-work', 'write:jira-work'],
  longestText: 30_000,

  async find(jira, reference) {
    const { project } = jira.settings;
    const found: Issue[] = [];
    // Of a project that we may not see Jira says that it does not exist, and not that it is empty.
    const jql = `project = "${project}" AND labels = "${reference}"`;
    for await (const issue of jira.search(jql)) {
      if (issue.fields.labels.includes(reference)) found.push(issue);
    }
    if (found.length > 1) {
      const keys = found.map(({ key }) => key).join(' and ');
      const detail = `${keys} have the same label ${reference}: take it from all but one`;
      throw new ConnectorError({ kind: 'unexpected', detail });
    }
    if (found[0]) return toTicket(found[0]);
    // Whom Jira does not know it may answer as a stranger, who sees nothing.
    await jira.myself();
    return null;
  },

  async read(jira, id) {
    try {
      return toTicket(await jira.issue(id));
    } catch (error) {
      if (error instanceof ConnectorError && error.failure.kind === 'not-found') return null;
      throw error;
    }
  },

  async create(jira, reference, content) {
    const { project, issueType, fields } = jira.settings;
    const id = await jira.create({
      ...fields,
      project: { key: project },
      issuetype: { name: issueType },
      labels: [reference],
      ...wordsOf(content),
    });
    if (!content.open) await moveTo(jira, id, false);
    return id;
  },

  async update(jira, ticket, content) {
    const isOther = ticket.title !== content.title || ticket.text !== content.text;
    // Many workflows let nobody change what is done.
    if (content.open && !ticket.open) await moveTo(jira, ticket.id, true);
    if (isOther) await jira.edit(ticket.id, wordsOf(content));
    if (!content.open && ticket.open) await moveTo(jira, ticket.id, false);
  },
};

const wordsOf = ({ title, text }: TicketContent) => ({
  summary: title,
  description: documentOf(text),
});

function toTicket({ id, key, fields }: Issue): Ticket {
  return {
    id,
    name: key,
    title: fields.summary,
    text: textOf(fields.description ?? null),
    open: !isDone(fields.status),
  };
}

const isDone = ({ statusCategory }: Move['to']): boolean => statusCategory.key === 'done';

/** Of several ways to be done, those that do not mean “no”. */
const usual = ['Done', 'Resolved', 'Closed', 'Completed'];

/** Resolves an issue, or opens it again, in one move. */
async function moveTo(jira: Jira, id: string, open: boolean): Promise<void> {
  const { resolvedStatus, resolution } = jira.settings;
  const moves = (await jira.moves(id)).filter(({ to }) => isDone(to) !== open);
  const isWanted = ({ name, to }: Move) =>
    isSame(to.name, resolvedStatus ?? '') || isSame(name, resolvedStatus ?? '');
  const isUsual = ({ to }: Move) => usual.some((it) => isSame(to.name, it));
  const move =
    open || resolvedStatus === undefined ? (moves.find(isUsual) ?? moves[0]) : moves.find(isWanted);
  if (!move) throw noWay(open, resolvedStatus, moves);
  await jira.move(
    id,
    move.id,
    !open && resolution !== undefined ? { resolution: { name: resolution } } : {},
  );
}

const isSame = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();

/** A move that the workflow does not offer is an empty list and no error. */
function noWay(open: boolean, wanted: string | undefined, moves: readonly Move[]): ConnectorError {
  const goal = open ? 'a status that is not done' : (wanted ?? 'a status that counts as done');
  const others = moves.map(({ to }) => to.name).join(', ');
  const offered = others === '' ? 'no such move' : `only ${others}`;
  const detail =
    `The workflow leads from here to ${goal} by no single move; it offers ${offered}. ` +
    'Change the workflow, or the status in the settings of this connection.';
  return new ConnectorError({ kind: 'rejected', detail });
}
