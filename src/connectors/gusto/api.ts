import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { type Authorization, openHttp } from '#connector-kit/http.ts';
import { openRotatingToken } from '#connector-kit/rotating-token.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Settings } from './settings.ts';

/** Gusto changes its API by date; this is the one that the connector was written for. */
const apiVersion = '2025-06-15';

export const Employee = z.object({
  uuid: z.string(),
  first_name: z.string(),
  last_name: z.string(),
  email: z.string().nullish(),
  work_email: z.string().nullish(),
  terminated: z.boolean(),
});
export type Employee = z.infer<typeof Employee>;

export const Termination = z.object({
  uuid: z.string(),
  version: z.string(),
  /** It has gone into effect. */
  active: z.boolean(),
  cancelable: z.boolean(),
  effective_date: z.iso.date(),
  run_termination_payroll: z.boolean(),
});
export type Termination = z.infer<typeof Termination>;

/** When somebody's employment ends in Gusto, and how the final pay goes out. */
export interface End {
  /** The last day of work. */
  readonly on: string;
  /** The final pay goes out in a payroll run for it, not with everybody's next one. */
  readonly ownPayroll: boolean;
}

const TokenInfo = z.object({
  scope: z.string(),
  resource: z.object({ type: z.string(), uuid: z.string() }).nullish(),
});

const pageSize = 100;

/** Gusto's API in our words, one function per call. https://docs.gusto.com */
export function openGusto(settings: Settings, io: Io) {
  const http = openHttp(io, {
    baseUrl: settings.address,
    headers: { 'x-gusto-api-version': apiVersion },
    authorization: authorizationOf(settings, io),
  });
  const company = encodeURIComponent(settings.company);
  const employee = (id: string) => `/v1/employees/${encodeURIComponent(id)}`;
  const bodyOf = ({ on, ownPayroll }: End) => ({
    effective_date: on,
    run_termination_payroll: ownPayroll,
  });
  const terminations = (id: string) =>
    http.get(`${employee(id)}/terminations`, z.array(Termination));

  return {
    settings,
    tokenInfo: () => http.get('/v1/token_info', TokenInfo),

    /** Everybody, page by page: present, past and still to come. */
    async *employees(): AsyncIterable<Employee> {
      for (let page = 1; ; page++) {
        const query = new URLSearchParams({ page: `${page}`, per: `${pageSize}` });
        const path = `/v1/companies/${company}/employees?${query}`;
        const found = await http.get(path, z.array(Employee));
        yield* found;
        if (found.length < pageSize) return;
      }
    },

    employee: (id: string) => http.get(employee(id), Employee),
    terminations,

    async end(id: string, end: End): Promise<void> {
      await http.post(`${employee(id)}/terminations`, Termination, bodyOf(end));
    },

    /** Only the newest version of what is to be changed is taken. */
    async changeEnd(id: string, end: End): Promise<void> {
      const pending = (await terminations(id)).find((it) => !it.active);
      if (!pending) {
        const detail = 'Gusto no longer shows the planned end that was to be changed.';
        throw new ConnectorError({ kind: 'rejected', detail });
      }
      const body = { version: pending.version, ...bodyOf(end) };
      await http.put(`/v1/terminations/${encodeURIComponent(id)}`, Termination, body);
    },

    cancelEnd: (id: string) => http.call('DELETE', `${employee(id)}/terminations`),
  };
}
export type Gusto = ReturnType<typeof openGusto>;

/**
 * Access tokens hold for two hours. Each exchange of the refresh token gives another one, and the old one ends when
 * the new access token is first used. Gusto documents JSON for it, not the form of RFC 6749.
 * https://docs.gusto.com/app-integrations/reference/refresh-access-token
 */
function authorizationOf(settings: Settings, io: Io): Authorization {
  const { accessToken, clientId, clientSecret, redirectUri } = settings;
  if (clientId === undefined || clientSecret === undefined) {
    return { header: async () => `Bearer ${accessToken}`, renew: async () => {} };
  }
  return openRotatingToken(io, {
    tokenUrl: new URL('/oauth/token', settings.address).href,
    client: { id: clientId, proof: { kind: 'secret', secret: clientSecret, in: 'body' } },
    sentAs: 'json',
    accessToken,
    ...(redirectUri === undefined ? {} : { redirectUri }),
  });
}
