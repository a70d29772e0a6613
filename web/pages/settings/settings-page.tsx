import { getRouteApi, Link } from '@tanstack/react-router';
import type { SettingForms, SettingsDocument } from '#api/contract/settings.ts';
import { useRead } from '../../lib/queries.ts';
import { useMay } from '../../lib/session.ts';
import { useWords } from '../../lib/words.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import '../../ui/panels.css';
import { KillSwitchPart } from './kill-switch.tsx';
import { Protected } from './protected.tsx';
import { type SettingsPart, settingsParts } from './search.ts';
import { SettingGroup } from './setting-group.tsx';
import './settings.css';
import { Users } from './users.tsx';
import './words.ts';

const route = getRouteApi('/inside/settings');

/** Who may do what, where the limits are, and whom to wake. */
export function SettingsPage() {
  const t = useWords('settings');
  const { part = 'company' } = route.useSearch();
  const maySeeUsers = useMay('user.read');
  const maySeeProtected = useMay('protected.read');
  const shown = settingsParts.filter(
    (it) => (it !== 'users' || maySeeUsers) && (it !== 'protected' || maySeeProtected),
  );
  return (
    <Page title={t('title')}>
      <div className="settings">
        <nav aria-label={t('parts')}>
          {shown.map((it) => (
            <Link
              key={it}
              className="way"
              to="/settings"
              search={{ part: it }}
              {...(it === part
                ? { 'aria-current': 'page' as const }
                : { 'aria-current': undefined })}
            >
              {t(`part.${it}.title`)}
            </Link>
          ))}
        </nav>
        <section className="card panel" aria-labelledby="part">
          <h2 id="part">{t(`part.${part}.title`)}</h2>
          <p className="part-about">{t(`part.${part}.about`)}</p>
          <Part of={part} />
        </section>
      </div>
    </Page>
  );
}

function Part({ of }: { of: SettingsPart }) {
  switch (of) {
    case 'kill-switch':
      return <KillSwitchPart />;
    case 'users':
      return <Users />;
    case 'protected':
      return <Protected />;
    default:
      return <Group key={of} of={of} />;
  }
}

function Group({ of }: { of: keyof SettingsDocument }) {
  const forms = useRead<SettingForms>('/settings/forms');
  const settings = useRead<SettingsDocument>('/settings');
  return (
    <Loaded query={forms}>
      {(schemas) => (
        <Loaded query={settings}>
          {(all) => <SettingGroup name={of} schema={schemas[of] ?? {}} inForce={all[of]} />}
        </Loaded>
      )}
    </Loaded>
  );
}
