import { useMantineColorScheme } from '@mantine/core';
import { IconHelp, IconLayoutSidebar, IconMenu2, IconMoon, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useLocation, useRouter } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useLive } from '../lib/live.ts';
import { SignedIn, sessionQuery, useSession } from '../lib/session.ts';
import { useShortcuts } from '../lib/shortcuts.ts';
import { useWords } from '../lib/words.ts';
import { AccountFace } from './account-face.tsx';
import { Go, useGo } from './go.tsx';
import { nameOf, type Way, ways, waysFor } from './ways.ts';

// Loaded when they are first opened.
const AccountMenu = lazy(() =>
  import('./account-menu.tsx').then((it) => ({ default: it.AccountMenu })),
);
const Palette = lazy(() => import('./palette.tsx').then((it) => ({ default: it.Palette })));
const Help = lazy(() => import('./help.tsx').then((it) => ({ default: it.Help })));

/** What stands around every page of somebody who is signed in. */
export function Shell() {
  const { data = null } = useQuery(sessionQuery);
  return (
    <SignedIn value={data}>
      <Frame />
    </SignedIn>
  );
}

function Frame() {
  const t = useWords();
  const [isFolded, setFolded] = useState(localStorage.getItem('folded') === 'yes');
  const [isOpen, setOpen] = useState(false);
  const fold = () => {
    localStorage.setItem('folded', isFolded ? 'no' : 'yes');
    setFolded(!isFolded);
  };
  const [over, setOver] = useState<'palette' | 'help' | null>(null);
  const close = () => setOver(null);
  useGoing(setOver, fold);
  return (
    <div
      className="shell"
      {...(isFolded ? { 'data-folded': true } : {})}
      {...(isOpen ? { 'data-open': true } : {})}
    >
      <a className="skip-link" href="#main">
        {t('skip')}
      </a>
      <Header onOpen={() => setOpen(!isOpen)} isOpen={isOpen} onOver={setOver} />
      <nav aria-label={t('ways')}>
        <Ways isFolded={isFolded && !isOpen} onGo={() => setOpen(false)} />
        <button
          type="button"
          className="icon-button fold"
          aria-label={t('fold')}
          aria-pressed={isFolded}
          onClick={fold}
        >
          <IconLayoutSidebar size={18} aria-hidden />
        </button>
      </nav>
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
      <Suspense>
        {over === 'palette' && <Palette onClose={close} />}
        {over === 'help' && <Help onClose={close} />}
      </Suspense>
    </div>
  );
}

/** Keys that count on every page. */
function useGoing(onOver: (it: 'palette' | 'help') => void, onFold: () => void): void {
  const { rights } = useSession();
  const go = useGo();
  useShortcuts({
    ...Object.fromEntries(waysFor(rights).map(({ key, to }) => [`g ${key}`, () => go(to)])),
    ...(rights.includes('case.open') ? { n: () => go('/request') } : {}),
    'Ctrl+k': () => onOver('palette'),
    '?': () => onOver('help'),
    '[': onFold,
  });
}

function Header({
  onOpen,
  isOpen,
  onOver,
}: {
  onOpen: () => void;
  isOpen: boolean;
  onOver: (it: 'palette' | 'help') => void;
}) {
  const t = useWords();
  const { company } = useSession();
  const { setColorScheme } = useMantineColorScheme();
  const isDark = document.documentElement.dataset['mantineColorScheme'] === 'dark';
  return (
    <header>
      <button
        type="button"
        className="icon-button open-ways"
        aria-label={t('ways')}
        aria-expanded={isOpen}
        onClick={onOpen}
      >
        <IconMenu2 size={18} aria-hidden />
      </button>
      <strong>Gatehouse</strong>
      <span className="company">{company.name}</span>
      <button type="button" className="find" onClick={() => onOver('palette')}>
        <IconSearch size={16} aria-hidden />
        <span>{t('find')}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <span className="header-end" />
      <LiveDot />
      <button
        type="button"
        className="icon-button"
        aria-label={t('help')}
        onClick={() => onOver('help')}
      >
        <IconHelp size={18} aria-hidden />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={isDark ? t('lightTheme') : t('darkTheme')}
        onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
      >
        <IconMoon size={18} aria-hidden />
      </button>
      <Account />
    </header>
  );
}

/** Whether what is shown follows what changes elsewhere. */
function LiveDot() {
  const t = useWords();
  const { isLive, since } = useLive();
  const time =
    since &&
    new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(
      new Date(since),
    );
  return (
    <span className="live" {...(isLive ? { 'data-on': true } : {})}>
      {isLive ? t('live') : time ? t('notLiveSince', { time }) : t('notLive')}
    </span>
  );
}

/** The menu comes when its button is pressed for the first time. */
function Account() {
  const t = useWords();
  const { user } = useSession();
  const [isWanted, setWanted] = useState(false);
  const label = t('account', { name: user.name });
  const face = (
    <AccountFace
      name={user.name}
      aria-label={label}
      aria-haspopup="menu"
      onClick={() => setWanted(true)}
    />
  );
  if (!isWanted) return face;
  return (
    <Suspense fallback={face}>
      <AccountMenu label={label} name={user.name} />
    </Suspense>
  );
}

/** The ways that the viewer may go, in three groups. */
function Ways({ isFolded, onGo }: { isFolded: boolean; onGo: () => void }) {
  const t = useWords();
  const { rights } = useSession();
  const open = waysFor(rights);
  const here = useLocation({ select: (it) => it.pathname });
  const router = useRouter();
  return Object.entries(ways).map(([group, all]) => {
    const seen = all.filter((it: Way) => open.includes(it));
    if (seen.length === 0) return null;
    return (
      <section key={group} aria-labelledby={`ways-${group}`}>
        <h2 className="ways-title" id={`ways-${group}`} hidden={isFolded}>
          {t(`groups.${group}`)}
        </h2>
        {seen.map((it) => {
          const { to, icon: Icon } = it;
          const name = t(`pages.${nameOf(it, rights)}`);
          return (
            <Go
              key={to}
              to={to}
              className="way"
              aria-current={to === here || here.startsWith(`${to}/`) ? 'page' : undefined}
              onClick={onGo}
              // Loaded when it is likely to be opened.
              onPointerEnter={() => void router.preloadRoute({ to }).catch(() => {})}
            >
              <Icon size={18} aria-hidden />
              {isFolded ? <span className="hidden-words">{name}</span> : name}
            </Go>
          );
        })}
      </section>
    );
  });
}
