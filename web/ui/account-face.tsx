import { UnstyledButton, type UnstyledButtonProps } from '@mantine/core';
import { IconUser } from '@tabler/icons-react';
import type { ComponentPropsWithRef } from 'react';

/** Who is signed in, as a button. */
export function AccountFace({
  name,
  ...rest
}: { name: string } & UnstyledButtonProps & Omit<ComponentPropsWithRef<'button'>, 'name'>) {
  return (
    <UnstyledButton className="account" {...rest}>
      <IconUser size={18} aria-hidden />
      <span>{name}</span>
    </UnstyledButton>
  );
}
