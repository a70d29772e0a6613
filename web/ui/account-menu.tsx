import { Menu } from '@mantine/core';
import { IconKey, IconLanguage, IconLogout } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { languages } from '#core/language.ts';
import { act } from '../lib/api.ts';
import { speak, useWords } from '../lib/words.ts';
import { AccountFace } from './account-face.tsx';

/** What somebody can set for themselves, and the way out; open as soon as it is there. */
export function AccountMenu({ label, name }: { label: string; name: string }) {
  const t = useWords();
  const [isOpen, setOpen] = useState(false);
  const face = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // The button that was pressed is gone; the focus is to come back to this one.
    face.current?.focus();
    setOpen(true);
  }, []);
  return (
    <Menu position="bottom-end" withinPortal={false} opened={isOpen} onChange={setOpen}>
      <Menu.Target>
        <AccountFace ref={face} name={name} aria-label={label} />
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
