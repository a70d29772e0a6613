import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Enrollment {
  readonly id: string;
  readonly member: string;
  readonly plan: string;
  status: 'active' | 'ended';
}

export interface BenefitsOptions {
  readonly token: string;
  readonly members: readonly { readonly id: string; readonly email: string }[];
  /** By member; each plan is one enrollment. */
  readonly plans: Readonly<Record<string, readonly string[]>>;
}

export type BenefitsServer = Awaited<ReturnType<typeof startBenefitsServer>>;

/**
 * Starts a small benefits administrator on this machine: members, and their enrollments in plans, which
 * end and are reinstated one by one. `lies`: it says yes to every change and makes none.
 */
export async function startBenefitsServer({ token, members, plans }: BenefitsOptions) {
  const enrollments: Enrollment[] = Object.entries(plans).flatMap(([member, names]) =>
    names.map((plan) => ({ id: `${member}-${plan}`, member, plan, status: 'active' as const })),
  );
  const world = { lies: false, down: false };
  const changes: string[] = [];

  function answer({ method = 'GET', headers, url = '/' }: IncomingMessage): [number, object] {
    if (world.down) return [503, { error: 'maintenance' }];
    if (headers.authorization !== `Bearer ${token}`) return [401, { error: 'unauthorized' }];
    const { pathname, searchParams } = new URL(url, 'http://benefits');
    const [resource, id = '', act = ''] = pathname.split('/').slice(2);
    const route = `${method} ${resource}${id && '/id'}${act && `/${act}`}`;
    switch (route) {
      case 'GET me':
        return [200, { name: 'gatehouse' }];
      case 'GET members': {
        const found = members.filter(({ email }) => email === searchParams.get('email'));
        return [200, { members: found.map(shown) }];
      }
      case 'GET members/id/enrollments': {
        if (!members.some((it) => it.id === id)) return [404, { error: 'no_such_member' }];
        const status = searchParams.get('status');
        const found = enrollments.filter((it) => it.member === id && it.status === status);
        return [200, { enrollments: found }];
      }
      case 'POST enrollments/id/end':
        return changed(id, 'ended');
      case 'POST enrollments/id/reinstate':
        return changed(id, 'active');
      default:
        return [404, { error: 'no_such_path' }];
    }
  }

  const shown = (member: (typeof members)[number]) => {
    const isCovered = enrollments.some((it) => it.member === member.id && it.status === 'active');
    return { ...member, status: isCovered ? 'active' : 'ended' };
  };

  function changed(id: string, status: Enrollment['status']): [number, object] {
    const found = enrollments.find((it) => it.id === id);
    if (!found) return [404, { error: 'no_such_enrollment' }];
    if (!world.lies) {
      found.status = status;
      changes.push(`${id} ${status}`);
    }
    return [200, { ...found, status }];
  }

  const server = createServer((request, response) => {
    const [status, body] = answer(request);
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(world, {
    port,
    url: `http://127.0.0.1:${port}/v2`,
    enrollments,
    /** What was truly changed, in its order. */
    changes,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  });
}
