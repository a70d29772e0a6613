import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { queries } from './lib/queries.ts';
import { sessionQuery } from './lib/session.ts';
import { casesSearch } from './pages/cases/search.ts';
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
  validateSearch: ({ to }: Readonly<Record<string, unknown>>): { to?: string } =>
    typeof to === 'string' ? { to } : {},
  component: lazyRouteComponent(() => import('./pages/sign-in/sign-in-page.tsx'), 'SignInPage'),
});

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/overview/overview-page.tsx'), 'OverviewPage'),
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

const pages = [home, departures, arrivals, account];

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
