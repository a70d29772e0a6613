import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { queries, readAhead } from './lib/queries.ts';
import { sessionQuery } from './lib/session.ts';
import { soon } from './lib/soon.ts';
import { auditSearch } from './pages/audit/search.ts';
import { auditorsSearch } from './pages/auditors/search.ts';
import { departureSearch } from './pages/cases/departure-search.ts';
import { requestSearch } from './pages/cases/request-search.ts';
import { casesSearch } from './pages/cases/search.ts';
import { connectionSearch, connectionsSearch, connectSearch } from './pages/connections/search.ts';
import { OverviewPage } from './pages/overview/overview-page.tsx';
import { overviewSearch } from './pages/overview/search.ts';
import { peopleSearch, personSearch } from './pages/people/search.ts';
import { draftSearch, newPlaybookSearch, playbookSearch } from './pages/playbooks/search.ts';
import { settingsSearch } from './pages/settings/search.ts';
import { signInSearch } from './pages/sign-in/search.ts';
import { resultsSearch } from './pages/surveys/search.ts';
import { tasksSearch } from './pages/tasks/search.ts';
import { Trouble } from './ui/loaded.tsx';
import { Shell } from './ui/shell.tsx';

const root = createRootRoute({
  component: Outlet,
  errorComponent: ({ error, reset }) => <Trouble error={error} onAgain={reset} />,
});

/** Everything but signing in is for people who are signed in; afterwards they are where they wanted to go. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  beforeLoad: async ({ location }) => {
    const session = await queries.ensureQueryData(sessionQuery);
    if (!session) throw redirect({ href: `/sign-in?to=${encodeURIComponent(location.href)}` });
  },
});

const claim = createRoute({
  getParentRoute: () => root,
  path: '/sign-in/claim',
  component: lazyRouteComponent(() => import('./pages/sign-in/claim-page.tsx'), 'ClaimPage'),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: signInSearch,
  component: lazyRouteComponent(() => import('./pages/sign-in/sign-in-page.tsx'), 'SignInPage'),
});

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  validateSearch: overviewSearch,
  beforeLoad: async () => {
    // An auditor of one period has nothing to do with what is now.
    const session = await queries.ensureQueryData(sessionQuery);
    const { rights = [] } = session ?? {};
    const isAuditor = rights.includes('audit.read') && !rights.includes('overview.read');
    if (isAuditor) throw redirect({ to: '/auditors' });
  },
  loader: () => soon(readAhead('/overview')),
  // Most open it first, and most others use what it is made of: so it comes with what every page begins with.
  component: OverviewPage,
});

const departures = createRoute({
  getParentRoute: () => inside,
  path: '/departures',
  validateSearch: casesSearch,
  component: lazyRouteComponent(
    () => import('./pages/cases/departures-page.tsx'),
    'DeparturesPage',
  ),
});

const account = createRoute({
  getParentRoute: () => inside,
  path: '/account',
  component: lazyRouteComponent(() => import('./pages/account/account-page.tsx'), 'AccountPage'),
});

const arrivals = createRoute({
  getParentRoute: () => inside,
  path: '/arrivals',
  validateSearch: casesSearch,
  component: lazyRouteComponent(() => import('./pages/cases/arrivals-page.tsx'), 'ArrivalsPage'),
});

const tasks = createRoute({
  getParentRoute: () => inside,
  path: '/tasks',
  validateSearch: tasksSearch,
  component: lazyRouteComponent(() => import('./pages/tasks/tasks-page.tsx'), 'TasksPage'),
});

const task = createRoute({
  getParentRoute: () => inside,
  path: '/tasks/$taskId',
  validateSearch: tasksSearch,
  component: lazyRouteComponent(() => import('./pages/tasks/tasks-page.tsx'), 'TaskPage'),
});

const people = createRoute({
  getParentRoute: () => inside,
  path: '/people',
  validateSearch: peopleSearch,
  component: lazyRouteComponent(() => import('./pages/people/people-page.tsx'), 'PeoplePage'),
});

const peopleImport = createRoute({
  getParentRoute: () => inside,
  path: '/people/import',
  component: lazyRouteComponent(() => import('./pages/people/import-page.tsx'), 'ImportPage'),
});

const person = createRoute({
  getParentRoute: () => inside,
  path: '/people/$id',
  validateSearch: personSearch,
  component: lazyRouteComponent(() => import('./pages/people/person-page.tsx'), 'PersonPage'),
});

const playbooks = createRoute({
  getParentRoute: () => inside,
  path: '/playbooks',
  component: lazyRouteComponent(
    () => import('./pages/playbooks/playbooks-page.tsx'),
    'PlaybooksPage',
  ),
});

const newPlaybook = createRoute({
  getParentRoute: () => inside,
  path: '/playbooks/new',
  validateSearch: newPlaybookSearch,
  component: lazyRouteComponent(() => import('./pages/playbooks/new-page.tsx'), 'NewPlaybookPage'),
});

const playbook = createRoute({
  getParentRoute: () => inside,
  path: '/playbooks/$name',
  validateSearch: playbookSearch,
  component: lazyRouteComponent(
    () => import('./pages/playbooks/playbook-page.tsx'),
    'PlaybookPage',
  ),
});

const playbookDraft = createRoute({
  getParentRoute: () => inside,
  path: '/playbooks/$name/draft',
  validateSearch: draftSearch,
  component: lazyRouteComponent(() => import('./pages/playbooks/draft-page.tsx'), 'DraftPage'),
});

const connections = createRoute({
  getParentRoute: () => inside,
  path: '/connections',
  validateSearch: connectionsSearch,
  component: lazyRouteComponent(
    () => import('./pages/connections/connections-page.tsx'),
    'ConnectionsPage',
  ),
});

const connect = createRoute({
  getParentRoute: () => inside,
  path: '/connections/new/$connector',
  validateSearch: connectSearch,
  component: lazyRouteComponent(
    () => import('./pages/connections/connect-page.tsx'),
    'ConnectPage',
  ),
});

const connection = createRoute({
  getParentRoute: () => inside,
  path: '/connections/$id',
  validateSearch: connectionSearch,
  component: lazyRouteComponent(
    () => import('./pages/connections/connection-page.tsx'),
    'ConnectionPage',
  ),
});

const setAside = createRoute({
  getParentRoute: () => inside,
  path: '/set-aside',
  component: lazyRouteComponent(() => import('./pages/set-aside/list-page.tsx'), 'SetAsidePage'),
});

const oneSetAside = createRoute({
  getParentRoute: () => inside,
  path: '/set-aside/$id',
  component: lazyRouteComponent(() => import('./pages/set-aside/one-page.tsx'), 'OneSetAsidePage'),
});

const surveyResults = createRoute({
  getParentRoute: () => inside,
  path: '/survey-results',
  validateSearch: resultsSearch,
  component: lazyRouteComponent(() => import('./pages/surveys/results-page.tsx'), 'ResultsPage'),
});

const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings',
  validateSearch: settingsSearch,
  component: lazyRouteComponent(() => import('./pages/settings/settings-page.tsx'), 'SettingsPage'),
});

const departure = createRoute({
  getParentRoute: () => inside,
  path: '/departures/$caseId',
  validateSearch: departureSearch,
  component: lazyRouteComponent(() => import('./pages/cases/departure-page.tsx'), 'DeparturePage'),
});

/** Letters and tickets lead here. */
const caseLink = createRoute({
  getParentRoute: () => inside,
  path: '/cases/$caseId',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/departures/$caseId', params });
  },
});

const request = createRoute({
  getParentRoute: () => inside,
  path: '/request',
  validateSearch: requestSearch,
  component: lazyRouteComponent(() => import('./pages/cases/request-page.tsx'), 'RequestPage'),
});

const audit = createRoute({
  getParentRoute: () => inside,
  path: '/audit',
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import('./pages/audit/audit-page.tsx'), 'AuditPage'),
});

const auditors = createRoute({
  getParentRoute: () => inside,
  path: '/auditors',
  validateSearch: auditorsSearch,
  component: lazyRouteComponent(() => import('./pages/auditors/auditors-page.tsx'), 'AuditorsPage'),
});

const verify = createRoute({
  getParentRoute: () => inside,
  path: '/verify',
  component: lazyRouteComponent(() => import('./pages/verify/verify-page.tsx'), 'VerifyPage'),
});

const pages = [
  home,
  departures,
  departure,
  caseLink,
  request,
  arrivals,
  tasks,
  task,
  people,
  peopleImport,
  person,
  playbooks,
  newPlaybook,
  playbook,
  playbookDraft,
  connections,
  connect,
  connection,
  setAside,
  oneSetAside,
  settings,
  surveyResults,
  account,
  audit,
  auditors,
  verify,
];

export const router = createRouter({
  routeTree: root.addChildren([signIn, claim, inside.addChildren(pages)]),
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
