/** Somebody with an account in a practice system. */
export interface SystemUser {
  readonly id: string;
  readonly email: string;
  readonly employeeNumber: string | null;
  readonly login: string;
  readonly name: string;
  status: 'active' | 'suspended';
  role: string;
  /** The ids of the sessions that are open. */
  sessions: string[];
}

/** A ticket in a practice system. */
export interface SystemTicket {
  readonly id: string;
  /** The caller's own name for it. Several tickets may have the same. */
  readonly reference: string;
  title: string;
  text: string;
  status: 'open' | 'resolved';
}

export interface Ask {
  readonly method: string;
  readonly url: URL;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  /** Undefined: an empty body. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface System {
  readonly users: ReadonlyMap<string, SystemUser>;
  readonly tickets: ReadonlyMap<string, SystemTicket>;
  readonly token: string;
  readonly pageSize: number;
  /** Carries out a change, or pretends to. */
  change(user: SystemUser, what: string, act: (user: SystemUser) => void): void;
  remove(user: SystemUser): void;
  /** Stores a ticket, or pretends to. */
  keep(ticket: SystemTicket): void;
}

/**
 * The API of a practice system, as a small vendor would make one:
 *
 *     GET    /api/me                              who signs in
 *     GET    /api/users?email=                    { users, next }; cursor, page, offset, Link
 *     GET    /api/users/{id}                      one user
 *     PATCH  /api/users/{id}                      { role }
 *     DELETE /api/users/{id}                      for good; 404 from then on
 *     POST   /api/users/{id}/suspend              and /activate
 *     GET    /api/users/{id}/sessions             { sessions: [{ id }] }
 *     DELETE /api/users/{id}/sessions             all, or /sessions/{session} one
 *     GET    /api/users/{id}/may-sign-in          the bare number 0 for yes, 1 for no
 *     POST   /api/sign-out                        a form with login=
 *     GET    /api/tickets?reference=              { tickets, next }; paged like users
 *     POST   /api/tickets                         { reference, title, text }: opens one
 *     GET    /api/tickets/{id}                    one ticket
 *     PATCH  /api/tickets/{id}                    { title, text, status }; only the status once it is resolved
 */
export function answerTo(ask: Ask, system: System): Answer {
  if (ask.authorization !== `Bearer ${system.token}`) return refusal(401, 'unknown_token');

  const parts = ask.url.pathname.split('/').slice(2).map(decoded);
  const [noun, id, part, partId] = parts;
  const route = `${ask.method} ${noun ?? ''}`;
  if (route === 'GET me') return ok({ id: 'service', login: 'gatehouse' });
  if (route === 'POST sign-out') return signOut(ask, system);
  if (route === 'GET users' && id === undefined) return list(ask.url, system);
  if (noun === 'tickets') return answerTicket(ask, id, system);
  if (noun !== 'users' || id === undefined) return refusal(404, 'no_such_address');

  const user = system.users.get(id);
  if (!user) return refusal(404, 'user_not_found');
  switch (`${ask.method} ${part ?? ''}`) {
    case 'GET ':
      return ok(shown(user));
    case 'PATCH ':
      return changeRole(user, ask.body, system);
    case 'DELETE ':
      system.remove(user);
      return done;
    case 'POST suspend':
      if (user.role === 'owner') return refusal(422, 'owners_cannot_be_suspended');
      return setStatus(user, 'suspended', system);
    case 'POST activate':
      return setStatus(user, 'active', system);
    case 'GET sessions':
      return ok({ sessions: user.sessions.map((session) => ({ id: session })) });
    case 'DELETE sessions':
      return endSessions(user, partId, system);
    case 'GET may-sign-in':
      return ok(user.status === 'active' ? 0 : 1);
    default:
      return refusal(404, 'no_such_address');
  }
}

const ok = (body: unknown): Answer => ({ status: 200, body });
const done: Answer = { status: 204, body: undefined };
const refusal = (status: number, error: string): Answer => ({ status, body: { error } });

const shown = ({ sessions: _, ...user }: SystemUser) => user;

function list(url: URL, { users, pageSize }: System): Answer {
  const { searchParams } = url;
  const email = searchParams.get('email')?.toLowerCase();
  const number = searchParams.get('employee_number');
  const wanted = [...users.values()].filter(
    (it) =>
      (email === undefined || it.email.toLowerCase() === email) &&
      (number === null || it.employeeNumber === number),
  );
  return paged('users', wanted.map(shown), url, pageSize);
}

function paged(
  name: string,
  wanted: readonly unknown[],
  { pathname, searchParams }: URL,
  pageSize: number,
): Answer {
  const page = Number(searchParams.get('page') ?? 1);
  const from = Number(searchParams.get('offset') ?? searchParams.get('cursor') ?? 0);
  const start = from + (page - 1) * pageSize;
  const end = start + pageSize;

  const isLast = end >= wanted.length;
  const next = new URLSearchParams(searchParams);
  next.set('cursor', String(end));
  return {
    status: 200,
    body: { [name]: wanted.slice(start, end), next: isLast ? null : String(end) },
    headers: isLast ? {} : { link: `<${pathname}?${next}>; rel="next"` },
  };
}

function answerTicket({ method, url, body }: Ask, id: string | undefined, system: System): Answer {
  const { tickets, pageSize } = system;
  const given = Object(body) as Partial<SystemTicket>;
  if (id === undefined) {
    if (method === 'GET') {
      const reference = url.searchParams.get('reference');
      const wanted = [...tickets.values()].filter((it) => it.reference === reference);
      return paged('tickets', wanted, url, pageSize);
    }
    const { title, text, reference = '' } = given;
    if (method !== 'POST' || !title || !text) return refusal(422, 'title_and_text_are_needed');
    const ticket: SystemTicket = {
      id: `t-${tickets.size + 1}`,
      reference,
      title,
      text,
      status: 'open',
    };
    system.keep(ticket);
    return { status: 201, body: ticket };
  }
  const ticket = tickets.get(id);
  if (!ticket) return refusal(404, 'ticket_not_found');
  if (method === 'GET') return ok(ticket);
  if (method !== 'PATCH') return refusal(404, 'no_such_address');
  const { title, text, status } = given;
  if (ticket.status === 'resolved' && (title ?? text) !== undefined)
    return refusal(409, 'ticket_is_resolved');
  const changed = {
    ...ticket,
    title: title ?? ticket.title,
    text: text ?? ticket.text,
    status: status ?? ticket.status,
  };
  system.keep(changed);
  return ok(changed);
}

function changeRole(user: SystemUser, body: unknown, system: System): Answer {
  const { role } = Object(body) as { role?: unknown };
  if (typeof role !== 'string') return refusal(422, 'role_is_missing');
  system.change(user, `role ${role}`, (it) => {
    it.role = role;
  });
  return ok({ ...shown(user), role });
}

function setStatus(user: SystemUser, status: SystemUser['status'], system: System): Answer {
  if (user.status === status) return refusal(409, `already_${status}`);
  system.change(user, status === 'active' ? 'activated' : 'suspended', (it) => {
    it.status = status;
  });
  return ok({ ...shown(user), status });
}

function endSessions(user: SystemUser, id: string | undefined, system: System): Answer {
  if (id !== undefined && !user.sessions.includes(id)) return refusal(404, 'session_not_found');
  const left = id === undefined ? [] : user.sessions.filter((it) => it !== id);
  if (user.sessions.length > left.length) {
    system.change(user, id === undefined ? 'sessions ended' : `session ${id} ended`, (it) => {
      it.sessions = left;
    });
  }
  return done;
}

function signOut({ body }: Ask, system: System): Answer {
  const { login } = Object(body) as { login?: unknown };
  const user = [...system.users.values()].find((it) => it.login === login);
  return user ? endSessions(user, undefined, system) : refusal(404, 'user_not_found');
}

/** An id that is no readable UTF-8 is nobody's. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return '';
  }
}
