import { Menu } from '@mantine/core';
import { IconKey, IconLanguage, IconLogout } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { languages } from '#core/language.ts';
import { act } from '../lib/api.ts';
import { speak, useWords } from '../lib/words.ts';
import { AccountFace } from './account-face.tsx';

/** What somebody can set for themselves, and the way out. */
export function AccountMenu({
  label,
  name,
  isWanted,
}: {
  label: string;
  name: string;
  /** Whether somebody pressed for it before it was there. */
  isWanted: boolean;
}) {
  const t = useWords();
  return (
    <Menu position="bottom-end" withinPortal={false} defaultOpened={isWanted}>
      <Menu.Target>
        <AccountFace name={name} aria-label={label} />
      </Menu.Target>
      <Menu.Dropdown>
        {languages.map((language) => (
          <Menu.Item
            key={language}
            lang={language}
            leftSection={<IconLanguage size={16} aria-hidden />}
            onClick={() => void speak(language)}
          >
            {t(`languages.${language}`)}
          </Menu.Item>
        ))}
        <Menu.Item component={Link} to="/account" leftSection={<IconKey size={16} aria-hidden />}>
          {t('howYouSignIn')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconLogout size={16} aria-hidden />}
          onClick={() =>
            void act('DELETE', '/session').finally(() => window.location.assign('/sign-in'))
          }
        >
          {t('signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
