import { UnstyledButton, type UnstyledButtonProps } from '@mantine/core';
import { IconUser } from '@tabler/icons-react';
import type { ComponentPropsWithRef } from 'react';

/** Who is signed in, as a button. */
export function AccountFace({
  name,
  className = '',
  ...rest
}: { name: string } & UnstyledButtonProps & Omit<ComponentPropsWithRef<'button'>, 'name'>) {
  return (
    <UnstyledButton {...rest} className={`account ${className}`}>
      <IconUser size={18} aria-hidden />
      <span>{name}</span>
    </UnstyledButton>
  );
}
