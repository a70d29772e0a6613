import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { routePath } from 'hono/route';
import { noteDenial } from '#app/access-denials.ts';
import type { App, Caller } from '#app/app.ts';
import { may } from '#app/authorize.ts';
import { largestProofBytes } from '#app/proofs.ts';
import { callerInSession } from '#app/sessions.ts';
import { requireCaller } from './authentication.ts';
import { limitBody, usualBodyBytes } from './bodies.ts';
import type { Health } from './contract/health.ts';
import { maximumImportBytes } from './contract/people.ts';
import { protect } from './headers.ts';
import { carryOutOnce } from './idempotency.ts';
import { problemFor, Refusal } from './problems.ts';
import { apiLimit, limitRate } from './rate-limit.ts';
import { type Log, logRequests } from './request-log.ts';
import { type AnyRequest, type Api, refuseUnfit, type SignedIn } from './route.ts';
import { accountRoutes } from './routes/accounts.ts';
import { alertRoutes } from './routes/alerts.ts';
import { approvalRoutes } from './routes/approvals.ts';
import { auditRoutes } from './routes/audit.ts';
import { bulkStartRoutes } from './routes/bulk-starts.ts';
import { caseRoutes } from './routes/cases.ts';
import { connectionRoutes } from './routes/connections.ts';
import { departureHintRoutes } from './routes/departure-hints.ts';
import { descriptionRoutes } from './routes/descriptions.ts';
import { erasureRoutes } from './routes/erasures.ts';
import { evidenceRoutes } from './routes/evidence.ts';
import { exitDocumentRoutes } from './routes/exit-documents.ts';
import { feedRoutes } from './routes/feeds.ts';
import { hookRoutes } from './routes/hooks.ts';
import { killSwitchRoutes } from './routes/kill-switch.ts';
import { legalHoldRoutes } from './routes/legal-holds.ts';
import { listRoutes } from './routes/lists.ts';
import { liveRoutes } from './routes/live.ts';
import { overviewRoutes } from './routes/overview.ts';
import { passkeyRoutes } from './routes/passkeys.ts';
import { passwordRoutes } from './routes/passwords.ts';
import { peopleRoutes } from './routes/people.ts';
import { planRoutes } from './routes/plans.ts';
import { playbookDraftRoutes } from './routes/playbook-drafts.ts';
import { playbookRoutes } from './routes/playbooks.ts';
import { populationRoutes } from './routes/population.ts';
import { protectionRoutes } from './routes/protections.ts';
import { pruningRoutes } from './routes/prunings.ts';
import { readinessRoutes } from './routes/readiness.ts';
import { residualAccessRoutes } from './routes/residual-access.ts';
import { rulePackRoutes } from './routes/rule-packs.ts';
import { savedViewRoutes } from './routes/saved-views.ts';
import { scimPath, scimRoutes } from './routes/scim.ts';
import { sealRoutes } from './routes/seal.ts';
import { sessionRoutes, stepUpRoutes } from './routes/session.ts';
import { settingRoutes } from './routes/settings.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { singleSignOnRoutes, singleSignOnSetUpRoutes } from './routes/single-sign-on.ts';
import { statusRoutes } from './routes/status.ts';
import { stepRoutes } from './routes/steps.ts';
import { surveyFormRoutes } from './routes/survey-form.ts';
import { surveyRoutes } from './routes/surveys.ts';
import { taskFormRoutes } from './routes/task-form.ts';
import { taskRoutes } from './routes/tasks.ts';
import { userRoutes } from './routes/users.ts';
import { sessionSecret } from './session-cookie.ts';
import { openSite, type Site } from './site.ts';

export interface ApiOptions {
  readonly log: Log;
  /** Where people reach Gatehouse, without a slash at the end. */
  readonly publicUrl: string;
  readonly version: string;
  /** Whether everything that has to run runs. */
  readonly health: () => Promise<Health>;
  /** A clock that only grows, for rate limits and durations. Default: that of the process. */
  readonly nowMs?: () => number;
  /** How often a live stream says that it is, and looks whether its reader still may. */
  readonly beatMs?: number;
  /** The pages of the browser. Default: those built from `web/`. */
  readonly site?: Site;
}

const base = '/api/v1';
/** All that answers to whoever has neither a key nor a session. */
const openPaths = [
  '/hooks/:source',
  scimPath,
  '/survey/:token',
  '/task/:token',
  '/sign-in/claim',
  '/sign-in/passkey/options',
  '/sign-in/passkey',
  '/sign-in/password',
  '/sign-in/ways',
  '/sign-in/oidc/start',
  '/sign-in/oidc/callback',
  '/sign-in/oidc/logout',
  '/openapi.json',
];

/** The HTTP API: every route, what stands before all of them, and its own description. */
export function createApi(app: App, options: ApiOptions): OpenAPIHono<AnyRequest> {
  const { log, publicUrl, nowMs = () => performance.now() } = options;
  const root = new OpenAPIHono<AnyRequest>({ defaultHook: refuseUnfit });
  root.use(protect(publicUrl), logRequests(log, nowMs));
  root.use(
    methodNotAllowed({
      app: root,
      onMethodNotAllowed: (c, methods) => {
        const allow = methods.join(', ');
        const detail = `${c.req.method} is not known here; ${allow} is.`;
        return problemFor(new Refusal('wrong-method', detail, { allow }), c.get('requestId'))
          .response;
      },
    }),
  );
  root.onError((error, c) => {
    const requestId = c.get('requestId');
    const { response, expected } = problemFor(error, requestId);
    noteRefusal(c as unknown as Context<SignedIn>, error);
    if (!expected)
      log.error({ requestId, error: error.stack ?? error.message }, 'a request failed');
    return response;
  });
  // Not waited for: how long an answer takes must not tell what it hides.
  const noteRefusal = (c: Context<SignedIn>, error: unknown): void => {
    const caller = c.get('caller') as Caller | undefined;
    if (!caller) return;
    const path = routePath(c).slice(base.length);
    const denied = { error, action: `${c.req.method} ${path}`, resource: path.split('/')[1]! };
    noteDenial(app, caller, denied).catch((problem: unknown) => {
      log.warn({ error: String(problem) }, 'a refusal could not be counted');
    });
  };
  const site = options.site ?? openSite();
  root.notFound(async (c) => {
    const page = await site.answer(c.req.raw, () => firstAsked(app, c));
    if (page) return page;
    const nothing = new Refusal(
      'not-found',
      'There is nothing at this address. /openapi.json lists what there is.',
    );
    return problemFor(nothing, c.get('requestId')).response;
  });

  hookRoutes(root, app, log);
  scimRoutes(root, app, { log, publicUrl, nowMs });
  surveyFormRoutes(root, app, { log, publicUrl });
  taskFormRoutes(root, app, { log, publicUrl });
  signInRoutes(root, app, { publicUrl });
  singleSignOnRoutes(root, app, { publicUrl });
  root.route(base, guarded(app, options, nowMs));
  // Takes longer than all the rest of a start, and few ask.
  let document: ReturnType<typeof describe> | undefined;
  root.get('/openapi.json', (c) => {
    document ??= describe(root, options);
    return c.json(document);
  });
  refuseOpenRoutes(root);
  return root;
}

/** What a page will read first: only what its reader may read, since being refused something is recorded. */
async function firstAsked(app: App, c: Context): Promise<readonly string[]> {
  const secret = sessionSecret(c);
  if (secret === null || c.req.path.startsWith('/sign-in')) return [];
  const session = `${base}/session`;
  if (c.req.path !== '/') return [session];
  const caller = await callerInSession(app, secret, false).catch(() => null);
  return caller && may(caller, 'overview.read') ? [session, `${base}/overview`] : [session];
}

/** Every route below the base address. What is registered here is for people we know. */
function guarded(app: App, options: ApiOptions, nowMs: () => number): Api {
  const api = new OpenAPIHono<SignedIn>({ defaultHook: refuseUnfit });
  const usualLimit = limitBody(usualBodyBytes);
  const importLimit = limitBody(maximumImportBytes);
  const proofLimit = limitBody(largestProofBytes);
  const limitOf = (path: string) => {
    if (path === `${base}/people/import` || path === `${base}/bulk-starts/import`)
      return importLimit;
    if (path.startsWith(`${base}/connections/`) && path.endsWith('/list')) return importLimit;
    return path.startsWith(`${base}/steps/`) && path.endsWith('/proofs') ? proofLimit : usualLimit;
  };
  const guard = requireCaller(app, options.publicUrl);
  api.use(
    guard,
    limitRate(apiLimit, nowMs),
    (c, next) => limitOf(c.req.path)(c, next),
    carryOutOnce(app),
  );

  overviewRoutes(api, app);
  caseRoutes(api, app);
  savedViewRoutes(api, app);
  departureHintRoutes(api, app);
  exitDocumentRoutes(api, app);
  evidenceRoutes(api, app, nowMs);
  bulkStartRoutes(api, app);
  stepRoutes(api, app);
  planRoutes(api, app);
  peopleRoutes(api, app);
  accountRoutes(api, app);
  residualAccessRoutes(api, app);
  playbookRoutes(api, app);
  playbookDraftRoutes(api, app);
  readinessRoutes(api, app);
  populationRoutes(api, app);
  rulePackRoutes(api, app);
  surveyRoutes(api, app);
  connectionRoutes(api, app);
  descriptionRoutes(api, app);
  listRoutes(api, app);
  taskRoutes(api, app);
  approvalRoutes(api, app);
  legalHoldRoutes(api, app);
  feedRoutes(api, app);
  protectionRoutes(api, app);
  erasureRoutes(api, app);
  pruningRoutes(api, app);
  alertRoutes(api, app);
  settingRoutes(api, app);
  userRoutes(api, app);
  sessionRoutes(api, app, options);
  stepUpRoutes(api, app);
  singleSignOnSetUpRoutes(api, app);
  passkeyRoutes(api, app);
  passwordRoutes(api, app);
  killSwitchRoutes(api, app);
  auditRoutes(api, app, nowMs);
  sealRoutes(api, app, nowMs);
  statusRoutes(api, options);
  liveRoutes(api, app, { guard, beatMs: options.beatMs ?? 15_000 });
  return api;
}

function describe(root: OpenAPIHono<AnyRequest>, { publicUrl, version }: ApiOptions) {
  root.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'A key, made on the server by `gatehouse token create`',
  });
  root.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-gate',
    description:
      'The session of a browser. All but GET and HEAD has to come from a page of Gatehouse, and as JSON ' +
      'or the kind of file that the route takes. Pages that ask by themselves send `gatehouse-unattended`, ' +
      'which keeps no session alive.',
  });
  return root.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Gatehouse',
      version,
      description: 'Offboarding that reads every change back. Errors are RFC 9457 problems.',
    },
    servers: [{ url: publicUrl }],
    security: [{ token: [] }, { session: [] }],
  });
}

/** A route beside the guarded ones would be open to everybody: that must not even start. */
function refuseOpenRoutes(root: OpenAPIHono<AnyRequest>): void {
  const open = root.routes.find(
    ({ method, path }) =>
      method !== 'ALL' && !path.startsWith(`${base}/`) && !openPaths.includes(path),
  );
  if (open) throw new Error(`${open.method} ${open.path} is registered outside of ${base}`);
}
